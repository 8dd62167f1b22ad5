/** Changes that a type's own planning code decides, beyond what the flags of its properties say. */
import type { Changes } from "./diff.ts";
import { at, isObject, type Properties, type Value } from "./values.ts";

/** Looks at old state and new inputs, changes the list of changes, and says whether the change replaces without a property to blame. */
type Rule = (olds: Properties, news: Properties, changes: Changes) => boolean;

const asNumber = (value: Value | undefined) =>
	typeof value === "number" ? value : Number.NaN;

/** A disk never shrinks in place. While it grows by itself, a smaller size in the program means nothing. */
const diskSize: Rule = (olds, news, changes) => {
	const path = "settings.diskSize";
	if (asNumber(at(news, path)) < asNumber(at(olds, path))) {
		if (at(news, "settings.diskAutoresize") === false)
			changes.set(path, "update-replace");
		else changes.delete(path);
	}
	return false;
};

const privateNetwork: Rule = (_olds, _news, changes) => {
	const path = "settings.ipConfiguration.privateNetwork";
	if (changes.get(path) === "delete") changes.set(path, "delete-replace");
	return false;
};

const autoUpgrade: Rule = (olds, news, changes) => {
	const path = "settings.autoUpgradeEnabled";
	if (at(olds, path) === true && at(news, path) !== true)
		changes.set(path, "update-replace");
	return false;
};

/** Only versions of the form REDIS_7_0 are compared; anything else plans as an update. */
const redisVersion: Rule = (olds, news, changes) => {
	const number = (value: Value | undefined) => {
		const [, major, minor] = /^REDIS_(\d+)_(\d+)$/.exec(String(value)) ?? [];
		return major === undefined
			? Number.NaN
			: Number(major) * 1000 + Number(minor);
	};
	return (
		changes.has("redisVersion") &&
		number(news.redisVersion) < number(olds.redisVersion)
	);
};

/** A range may grow around itself; anything else is a new network. */
const ipCidrRange: Rule = (olds, news, changes) => {
	if (!changes.has("ipCidrRange")) return false;
	return !contains(String(news.ipCidrRange), String(olds.ipCidrRange));
};

function contains(outer: string, inner: string): boolean {
	const parse = (range: string) => {
		const [address = "", bits = ""] = range.split("/");
		const number = address
			.split(".")
			.reduce((sum, part) => sum * 256 + Number(part), 0);
		return { number, bits: Number(bits) };
	};
	const [a, b] = [parse(outer), parse(inner)];
	const size = 2 ** (32 - a.bits);
	return (
		a.bits <= b.bits &&
		Math.floor(a.number / size) === Math.floor(b.number / size)
	);
}

const fewerInstances: Rule = (olds, news, changes) =>
	["minInstances", "maxInstances"].some(
		(path) => changes.has(path) && asNumber(news[path]) < asNumber(olds[path]),
	);

const lockedRetention: Rule = (olds, news) =>
	at(olds, "retentionPolicy.isLocked") === true &&
	at(news, "retentionPolicy.isLocked") !== true;

/** A read pool that scales itself has the number of nodes that it needs. */
const nodeCount: Rule = (_olds, news, changes) => {
	if (at(news, "settings.readPoolAutoScaleConfig.enabled") === true)
		changes.delete("nodeCount");
	return false;
};

/** Both follow the account's id, which forces the replacement. */
const accountAddress: Rule = (_olds, _news, changes) => {
	if (changes.has("accountId")) {
		changes.set("email", "update");
		changes.set("member", "update");
	}
	return false;
};

/** Keepers that are added without a value don't count. */
const keepers: Rule = (olds, news, changes) => {
	if (!isObject(news.keepers)) return false;
	for (const [key, value] of Object.entries(news.keepers))
		if (value === null && (at(olds, `keepers.${key}`) ?? null) === null)
			changes.delete(`keepers.${key}`);
	return false;
};

const rules: Readonly<Record<string, readonly Rule[]>> = {
	"gcp:sql/databaseInstance:DatabaseInstance": [
		diskSize,
		privateNetwork,
		autoUpgrade,
		nodeCount,
	],
	"gcp:redis/instance:Instance": [redisVersion],
	"gcp:compute/subnetwork:Subnetwork": [ipCidrRange],
	"gcp:vpcaccess/connector:Connector": [fewerInstances],
	"gcp:storage/bucket:Bucket": [lockedRetention],
	"gcp:serviceaccount/account:Account": [accountAddress],
	"random:index/randomPassword:RandomPassword": [keepers],
	"random:index/randomString:RandomString": [keepers],
	"random:index/randomId:RandomId": [keepers],
};

/** Applies the type's rules. */
export function specialChanges(
	token: string,
	olds: Properties,
	news: Properties,
	changes: Changes,
): { replaces: boolean } {
	let replaces = false;
	for (const rule of rules[token] ?? [])
		replaces = rule(olds, news, changes) || replaces;
	return { replaces };
}
