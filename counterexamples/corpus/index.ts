/** The door of counterexamples/corpus/. */
export {
  type CorpusFile,
  type CorpusVerdict,
  OWN_CORPUS,
  type ReadCorpus,
  readCorpus,
  replayCorpus,
} from './corpus.ts';
