/** Refuses what the provider would answer by deleting a resource and making another one. */
import { UserError } from "../contract/errors.ts";
import type { Platform } from "../contract/schema.ts";
import type { StackConfig } from "../contract/stack-config.ts";
import { type FixedInput, fixedInputs } from "./fixed-inputs.ts";
import { newKeys } from "./new-keys.ts";
import type { Recorded } from "./recorded.ts";

/** One replacement that an update would bring. */
export type Replacement = Pick<
	FixedInput,
	"what" | "lost" | "fix" | "bound"
> & {
	/** The field, its value in the state and the one that the program would declare. */
	change: string;
};

/**
 * The replacements of what holds data, or of what a revision can bind.
 * @param recorded what the state says: the engine compares the program with it
 */
export function replacementsIn(
	platform: Platform,
	config: StackConfig,
	recorded: readonly Recorded[],
): Replacement[] {
	const fields = fixedInputs(platform, config, recorded).flatMap((input) => {
		const found = recorded.find(
			({ type, name }) => type === input.type && name === input.name,
		);
		const was = found && input.read(found.properties);
		// What an import did not see is no value of its own.
		if (was === undefined || was === input.declared) {
			return [];
		}
		return input.inPlace?.(was, input.declared)
			? []
			: [
					{
						...input,
						change: `${input.field} is ${was}, would be ${input.declared}`,
					},
				];
	});
	return [...fields, ...newKeys(platform, config, recorded)];
}

/**
 * What a person should know of replacements that nothing speaks against.
 * @throws {UserError} for a replacement of what a revision can bind, and of data in a stack that protects it
 */
export function allowReplacements(
	replacements: readonly Replacement[],
	{
		environment,
		dataProtection,
	}: Pick<StackConfig, "environment" | "dataProtection">,
): string[] {
	const refused = replacements.filter(({ bound }) => bound || dataProtection);
	if (refused.length > 0) {
		const lines = grouped(refused).map(
			({ what, change, lost, fix }) =>
				`  ${what}: ${change}: that replaces it, and ${lost} would be lost\n    fix: ${fix}`,
		);
		const onPurpose = !dataProtection
			? `\n  to make everything anew, since the data of ${environment} is not protected: pulumi destroy -s ${environment}, then pulumi up -s ${environment}`
			: refused.some(({ bound }) => bound)
				? ""
				: `\n  to lose it on purpose: pulumi config set dataProtection false -s ${environment} && pulumi up -s ${environment}, before the change`;
		throw new UserError(
			`[replace] refused, nothing was changed in ${environment}:\n${lines.join("\n")}${onPurpose}`,
		);
	}
	return grouped(replacements).map(
		({ what, change, lost }) =>
			`[replace] ${what}: ${change}: that replaces it, and ${lost} will be lost. The data of ${environment} is not protected (dataProtection).`,
	);
}

/** One change often reaches many resources, such as that of a region. */
function grouped(
	replacements: readonly Replacement[],
): Pick<Replacement, "what" | "change" | "lost" | "fix">[] {
	const groups = Map.groupBy(
		replacements,
		({ change, fix }) => `${change}\n${fix}`,
	);
	return [...groups.values()].map((group) => ({
		what: group.map(({ what }) => what).join(", "),
		change: group[0]?.change ?? "",
		lost: [...new Set(group.map(({ lost }) => lost))].join(", "),
		fix: group[0]?.fix ?? "",
	}));
}
