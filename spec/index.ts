/** WHAT must hold: units, memory maps, configuration, calls and responses as data, clauses, and the `Pmm` interface. */

export { isBurst, lengthOfStep, type ProgramStep, stepsOf } from './burst.ts';
export {
  type ArgumentKind,
  CALL_TABLE,
  CALLS,
  type Call,
  type CallDescription,
  callPlace,
  describedCall,
  isAllocation,
  isFree,
  isQuery,
  namesOnePage,
  namesRegion,
  type Parameter,
  parametersOf,
  STANDARD_CALLS,
} from './calls.ts';
export {
  type Blame,
  CLAUSE_NAMES,
  type Clause,
  ClauseName,
  GRAVITIES,
  type Granted,
  type Gravity,
  isSequential,
  type SequentialClauseName,
  type SettledStep,
  type Side,
  type Step,
} from './clauses/clause.ts';
export { blame, givenBack, grantedBy, namedRegions, runsOf } from './clauses/granted.ts';
export {
  answerClauses,
  type Check,
  CLAUSES,
  type ClauseText,
  checksFor,
  checksOf,
  gravityPlace,
  INIT_CLAUSES,
  isOfCalls,
  isWarningOf,
  STATE_CLAUSES,
  SWEEP_CLAUSES,
} from './clauses/index.ts';
export {
  BreakableClause,
  decodeOwnClauses,
  isOwnClause,
  type OwnClause,
  type OwnClauseName,
} from './clauses/own-clause.ts';
export {
  aboveLimit,
  bitmapLimit,
  Config,
  config,
  DEFAULT_BITMAP_MAX_ADDR,
  DEFAULT_PHYSICAL_LIMIT,
  HIGHER_HALF_48,
  HIGHER_HALF_57,
  pfnAt,
  pfnLimit,
  toHigherHalf,
} from './config.ts';
export { counted, grouped } from './counted.ts';
export {
  closed,
  closedRecord,
  decode,
  parseForeignJson,
  parseJson,
  refuseDuplicateKeys,
  shortened,
} from './decode.ts';
export { isSpecError, OutdatedTraceError, SpecError } from './errors.ts';
export {
  type Asked,
  askedOf,
  batchSize,
  type Expectation,
  expectation,
  isPart,
  isShared,
  isU64,
  leftUndefined,
} from './expectation.ts';
export { FALLBACK_MAP } from './fallback-map.ts';
export { fromHex, HexInteger, HexPageAddress, HexPhysicalAddress, HexU64, toHex } from './hex.ts';
export {
  computedOnce,
  Descriptor,
  type DescriptorInput,
  endAddressOf,
  isRam,
  MEMORY_TYPES,
  MemoryMap,
  MemoryType,
  memoryMap,
  nextDescriptor,
  ownedRegions,
  ownerAfterInit,
  pfnEnd,
  ramPages,
  regionOf,
} from './memory-map.ts';
export {
  Argument,
  addressesOf,
  argumentAt,
  argumentsOf,
  everyOperation,
  mapAddresses,
  type Operation,
  type OperationOf,
  operationOf,
  ProgramOperation,
  ResolvedOperation,
  valuesOf,
  withValue,
} from './operation.ts';
export { isFreeable, Owner, ZONES, type Zone } from './owner.ts';
export { type FitRequest, freeForSingles, type Ownership, type World, zoneOf } from './ownership.ts';
export {
  type Errno,
  type InspectedRun,
  isPmmPanic,
  isWorldRefused,
  type PanicDetails,
  type PhysicalMemory,
  type Pmm,
  type PmmFactory,
  type PmmOptions,
  PmmPanic,
  type SomePmm,
  type SomePmmFactory,
  WorldRefused,
} from './pmm.ts';
export {
  beyond,
  claimNames,
  decodeProfile,
  hasUndefined,
  isUncaught,
  leavesOut,
  Misuse,
  type MisuseKind,
  namedZones,
  POLICIES,
  Policy,
  Profile,
  SinglePages,
  WHOLE,
} from './profile.ts';
export { formatArgument, formatOperation, formatProgram, formatSteps, Program, Scenario } from './program.ts';
export {
  type AbsoluteReference,
  formatReference,
  namesResult,
  parseReference,
  Reference,
  type ResultReference,
  resultName,
} from './reference.ts';
export {
  Amounts,
  areFrames,
  type ErrnoChange,
  type Frames,
  keptRegions,
  OUTCOME_KINDS,
  Outcome,
  outcomePlace,
  type Reading,
  Response,
  reading,
} from './response.ts';
export { type BlamedCall, blamedCall, PlacedViolation, Trace } from './trace.ts';
export { type Unchecked, uncheckedBy } from './unchecked.ts';
export {
  addressOf,
  bytesOf,
  endOf,
  isPageAligned,
  isPageFrame,
  PAGE_BYTES,
  PAGE_SIZE,
  PageCount,
  PFN_LIMIT,
  Pfn,
  PHYSICAL_LIMIT,
  type PhysicalAddress,
  pageCount,
  pagesBetween,
  pfn,
  pfnAfter,
  pfnOf,
  physicalAddress,
  type Region,
  U64_MAX,
  wholePages,
} from './units.ts';
