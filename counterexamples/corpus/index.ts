/** The door of counterexamples/corpus/. */
export { type CorpusFile, OWN_CORPUS, readCorpus, replayCorpus } from './corpus.ts';
