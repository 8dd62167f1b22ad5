/** What contract and second key both say: name, projects, stores, and what each service is. */
import { environments } from "../contract/environments.ts";
import { own } from "../contract/own-keys.ts";
import type { Expected } from "./expected.ts";
import { contractSays, isSame, keySays, names } from "./key-words.ts";
import type { Finding } from "./rule.ts";
import { secondKeyFile, storeIdentity } from "./second-key.ts";
import { contractFields, settingNames, settingsOf } from "./settings.ts";

/** What both files say of one thing, each in its own place; undefined where one says nothing. */
type Statement = {
	service?: string;
	contractPath: string;
	is: unknown;
	keyPath: string;
	must: unknown;
};

/** Statements that differ, and those that one of the two files alone makes. */
export function* otherStatements(expected: Expected): Generator<Finding> {
	for (const each of statements(expected)) {
		const { service, contractPath, is, keyPath, must } = each;
		if (isSame(is, must)) {
			continue;
		}
		yield must === undefined
			? {
					service,
					found: `${contractSays(contractPath, shownStatement(is))}, and nothing at ${keyPath} of ${secondKeyFile}`,
					needed: "the same in both files",
					fix: `take it back in contract/platform.ts, or add it to ${secondKeyFile}, which others review`,
				}
			: {
					service,
					found: contractSays(contractPath, shownStatement(is)),
					needed: keySays(keyPath, shownStatement(must)),
				};
	}
}

function shownStatement(value: unknown): string {
	return value === undefined
		? "nothing"
		: Array.isArray(value)
			? value.join(" and ")
			: typeof value === "object"
				? JSON.stringify(value)
				: `'${value}'`;
}

function* statements({ platform, secondKey }: Expected): Generator<Statement> {
	yield {
		contractPath: "name",
		is: platform.name,
		keyPath: "name",
		must: secondKey.name,
	};
	for (const environment of environments) {
		const { project } = platform.environments[environment];
		const must = secondKey.projects[environment];
		yield {
			contractPath: `environments.${environment}.project`,
			is: project,
			keyPath: `projects.${environment}`,
			// Its project is on one machine alone.
			must: environment === "local" ? (must ?? project) : must,
		};
	}
	for (const store of names(platform.stores, secondKey.stores)) {
		const found = own(platform.stores, store);
		yield {
			contractPath: `stores.${store}`,
			is: found && storeIdentity(found),
			keyPath: `stores.${store}`,
			must: own(secondKey.stores, store),
		};
	}
	for (const [service, contract] of Object.entries(platform.services)) {
		const hosts = own(secondKey.hosts, service);
		for (const environment of environments) {
			yield {
				service,
				contractPath: `services.${service}.publicHosts.${environment}`,
				is: contract.publicHosts[environment],
				keyPath: `hosts.${service}.${environment}`,
				must: hosts?.[environment],
			};
		}
		const is = settingsOf(platform, service);
		const must = own(secondKey.settings, service) ?? {};
		for (const setting of settingNames) {
			yield {
				service,
				contractPath: `services.${service}.${contractFields[setting]}`,
				is: is[setting],
				keyPath: `settings.${service}.${setting}`,
				must: must[setting]?.value,
			};
		}
	}
	const { foreignHosts } = platform;
	for (const host of names(foreignHosts, secondKey.foreignHosts)) {
		yield {
			contractPath: "foreignHosts",
			is: own(foreignHosts, host) && host,
			keyPath: "foreignHosts",
			must: own(secondKey.foreignHosts, host) && host,
		};
	}
	const roles = Object.values(platform.services).flatMap(({ roles }) => roles);
	for (const role of new Set([...roles, ...Object.keys(secondKey.roles)])) {
		yield {
			contractPath: "services",
			is: roles.includes(role) ? role : undefined,
			keyPath: "roles",
			must: own(secondKey.roles, role) && role,
		};
	}
}
