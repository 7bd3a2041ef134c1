import { mutants } from './mutants.ts';
import { tryMutants } from './trial.ts';

// Tests that cannot fail prove nothing: two mutants are tried at a time.
tryMutants(mutants, 2);
