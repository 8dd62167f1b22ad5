/**
 * Breaks each derivation of `contract/` in turn, for the program and the pack alike, and prints as JSON what becomes of it.
 * A process of its own, since the loader's hooks are a whole process's:
 *
 *   node test/mutation/derivations/judge.ts
 */
import type { Environment } from "../../../contract/environments.ts";
import { platform } from "../../../contract/platform.ts";
import type { Platform } from "../../../contract/schema.ts";
import { secondKey } from "../../../policies/shipped-key.ts";
import { deployPlatform } from "../../../program.ts";
import { draftOf } from "../../../tools/key-draft.ts";
import { releaseOf } from "../../fixtures/contracts/foreign.ts";
import { foreignConfig } from "../../in-process/foreign.ts";
import { InProcess } from "../../in-process/in-process.ts";
import { seenOf } from "../../in-process/policies.ts";
import type { Run } from "../../in-process/run.ts";
import { shippedRelease, shippedStack } from "../../in-process/shipped.ts";
import { judgeStack } from "../../policies/engine.ts";
import { planOf, textOf } from "../../recorded-plan/plans.ts";
import { type ContractName, contracts } from "./contracts.ts";
import { type DerivationFault, faults } from "./faults.ts";
import { variant } from "./variants.ts";
