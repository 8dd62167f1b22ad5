/** The program as the real engine runs it. */
import { deployToy } from "./program.ts";

export const { ready } = deployToy();
