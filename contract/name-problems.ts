/** Names that an API would refuse. They are looked for in every environment at once, since a contract is written once. */

import type { Environment } from "./environments.ts";
import {
	bucketAccountIdIn,
	bucketNameIn,
	checkJobNameIn,
	preflightJobNameIn,
	secretIdIn,
	serviceAccountIdIn,
	serviceNameIn,
	verifyJobNameIn,
} from "./names.ts";
import { storesOfKind } from "./needs.ts";
import type { Platform } from "./schema.ts";

type Problem = { path: (string | number)[]; message: string };

/** A name, and the lengths that its API takes. */
type Named = { what: string; name: string; least?: number; most: number };

/** One problem for each part of the contract that names are made of: it says how much that part must change. */
export function* nameProblems(platform: Platform): Generator<Problem> {
	for (const service of Object.keys(platform.services)) {
		yield* problemOf(
			["services", service],
			"the service's name or the platform's",
			namesOfService(platform, service),
		);
	}
	for (const { name, store } of storesOfKind(platform, "bucket")) {
		const names = environmentsOf(platform).map((environment) => ({
			what: "bucket's name",
			name: bucketNameIn(platform, name, environment),
			most: 63,
		}));
		yield* problemOf(
			["stores", name],
			"the store's name, the platform's or the project's",
			names,
		);
		if (store.hmac === true) {
			yield* problemOf(["stores", name], "the store's name or the platform's", [
				{
					what: "service account's id",
					name: bucketAccountIdIn(platform, name),
					least: 6,
					most: 30,
				},
			]);
		}
		// https://cloud.google.com/storage/docs/buckets#naming
		const taken = names.find(({ name }) => /^goog|g[o0][o0]g[l1]e/.test(name));
		if (taken !== undefined) {
			yield {
				path: ["stores", name],
				message: `makes the bucket's name '${taken.name}', and none may begin with 'goog' or hold 'google': choose another name`,
			};
		}
	}
	const mounted = new Set(
		Object.values(platform.services).flatMap(({ secretFiles }) =>
			Object.values(secretFiles),
		),
	);
	for (const [index, { id }] of platform.secrets.entries()) {
		yield* problemOf(["secrets", index], "the id", [
			...environmentsOf(platform).map((environment) => ({
				what: "id in Secret Manager",
				name: secretIdIn(id, environment),
				most: 255,
			})),
			// The volume of a secret file is named after the secret.
			...(mounted.has(id)
				? [{ what: "volume's name", name: id, most: 63 }]
				: []),
		]);
	}
}

/** A revision's name fits wherever the jobs' names do: it has 29 characters for epoch, hash and attempt then. */
function namesOfService(platform: Platform, service: string): Named[] {
	return [
		{
			what: "service account's id",
			name: serviceAccountIdIn(platform, service),
			least: 6,
			most: 30,
		},
		...environmentsOf(platform).flatMap((environment) => [
			{
				what: "Cloud Run service's name",
				name: serviceNameIn(platform, service, environment),
				most: 49,
			},
			...[preflightJobNameIn, checkJobNameIn, verifyJobNameIn].map(
				(nameIn) => ({
					what: "Cloud Run job's name",
					name: nameIn(platform, service, environment),
					// With its execution token, 18 characters at most, it must stay under 63.
					most: 44,
				}),
			),
		]),
	];
}

function* problemOf(
	path: Problem["path"],
	part: string,
	names: readonly Named[],
): Generator<Problem> {
	const tooMuch = ({ name, most }: Named) => name.length - most;
	const [longest] = names.toSorted((a, b) => tooMuch(b) - tooMuch(a));
	if (longest !== undefined && tooMuch(longest) > 0) {
		yield {
			path,
			message: `makes the ${longest.what} '${longest.name}', which has ${longest.name.length} characters where the API takes ${longest.most}: shorten ${part} by ${tooMuch(longest)}`,
		};
	}
	for (const { what, name, least = 0 } of names) {
		if (name.length < least) {
			yield {
				path,
				message: `makes the ${what} '${name}', which has ${name.length} characters where the API takes ${least} and more: lengthen ${part}`,
			};
		}
	}
}

const environmentsOf = ({ environments }: Platform) =>
	Object.keys(environments) as Environment[];
