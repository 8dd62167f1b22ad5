/** Another platform in a checkout: in place of what the README says is an adopter's. */
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Environment, environments } from "../../contract/environments.ts";
import type { Platform } from "../../contract/schema.ts";
import { draftOf } from "../../tools/key-draft.ts";
import { releaseOf } from "../fixtures/contracts/foreign.ts";
import type { Checkout } from "./checkout.ts";

const contracts = join(import.meta.dirname, "../fixtures/contracts");

/**
 * Puts contract, second key, releases and stack files of a platform into a checkout.
 * @param file of the contract, in `test/fixtures/contracts`, which exports it under the platform's name
 * @param configIn an environment's stack file, beside project, region and epoch
 * @returns where the contract lies in the checkout
 */
export function adopt(
	checkout: Checkout,
	platform: Platform,
	file: string,
	configIn: (environment: Environment) => Record<string, unknown> = () => ({}),
): string {
	const contract = `contract/${file}`;
	const write = (path: string, content: string) =>
		writeFileSync(join(checkout.folder, path), content);
	cpSync(join(contracts, file), join(checkout.folder, contract));
	checkout.edit(contract, "../../../contract/", "./");
	write(
		"contract/platform.ts",
		`export { ${platform.name} as platform } from "./${file}";\n`,
	);
	write("policies/second-key.json", JSON.stringify(draftOf(platform)));
	for (const environment of environments) {
		write(`releases/${environment}.json`, releaseOf(platform, environment));
		const lines = Object.entries({
			"gcp:project": platform.environments[environment].project,
			"gcp:region": "us-central1",
			"netra-platform:rotationEpoch": 0,
			...configIn(environment),
		}).map(
			([key, value]) =>
				`  ${key}: ${typeof value === "string" ? value : JSON.stringify(value)}\n`,
		);
		write(`Pulumi.${environment}.yaml`, `config:\n${lines.join("")}`);
	}
	return contract;
}
