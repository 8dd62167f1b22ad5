/** A stack whose preflight jobs bring what another contract than the shipped one makes. */
import { checklistVariable } from "../../contract/checklist.ts";
import { environments } from "../../contract/environments.ts";
import { preflightJobNameIn, verifyJobNameIn } from "../../contract/names.ts";
import type { Platform } from "../../contract/schema.ts";
import {
	checklistOf,
	type Prohibitions,
} from "../../contract/service-checklist.ts";
import { secondKey } from "../../policies/shipped-key.ts";
import { all, type Change, editVariable } from "./mutants/operations.ts";

export const withChecklistsOf = (
	contract: Platform,
	prohibitions: Prohibitions = secondKey,
): Change =>
	all(
		...environments.flatMap((environment) =>
			Object.keys(contract.services).flatMap((service) => {
				const value = JSON.stringify(
					checklistOf(contract, prohibitions, service, environment),
				);
				return [preflightJobNameIn, verifyJobNameIn].map((nameIn) =>
					editVariable(
						nameIn(contract, service, environment),
						checklistVariable,
						(entry) => [{ ...entry, value }],
					),
				);
			}),
		),
	);
