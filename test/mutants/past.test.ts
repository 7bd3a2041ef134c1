import { pastMutants } from './past-mutants.ts';
import { tryMutants } from './trial.ts';

// Those that only a database shows.
tryMutants(pastMutants, 1);
