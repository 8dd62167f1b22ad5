/** Judges resources in process, by the same functions that answer the engine's requests. */
import { createRequire } from "node:module";
import type { Policies } from "@pulumi/policy/policy.js";
import type { AnalyzeResponse } from "@pulumi/pulumi/proto/analyzer_pb.js";
import { platform } from "../../contract/platform.ts";
import type { Platform } from "../../contract/schema.ts";
import { type PackOptions, packArgs } from "../../policies/pack.ts";
import { rules } from "../../policies/rules.ts";
import { secondKey } from "../../policies/shipped-key.ts";
import { draftOf } from "../../tools/key-draft.ts";
import {
	type Key,
	keyOf,
	mapLeaves,
	type Resource,
	UNKNOWN,
	type Value,
} from "../fixtures/resources.ts";

const require = createRequire(import.meta.url);
// The SDK's server has no types.
const server = require("@pulumi/policy/server.js");
const proxy = require("@pulumi/policy/proxy.js");
const deserialize = require("@pulumi/policy/deserialize.js");
const proto = require("@pulumi/pulumi/proto/analyzer_pb.js");

// The SDK decodes every resource of every request anew. Mutants share what they do not change, which is decoded once.
deserialize.deserializeProperties = once(deserialize.deserializeProperties);
proxy.unknownCheckingProxy = once(proxy.unknownCheckingProxy);

function once<A extends object, R>(
	make: (from: A, ...more: unknown[]) => R,
): (from: A, ...more: unknown[]) => R {
	const made = new WeakMap<A, R>();
	return (from, ...more) => {
		const result = made.get(from) ?? make(from, ...more);
		made.set(from, result);
		return result;
	};
}

/** What the engine hears of one violation. */
export type Diagnostic = {
	rule: string;
	mandatory: boolean;
	message: string;
	urn: string;
};

export type JudgeOptions = Partial<PackOptions> & {
	/** The stack's name. @default "staging" */
	stack?: string;
	/** What makes the pack. @default the product as it is */
	pack?: typeof packArgs;
};

const shipped: PackOptions = {
	platform,
	secondKey,
	rules,
	waivers: [],
	today: "2026-12-01",
	dryRun: false,
};
const asShipped: JudgeOptions = {};

/** A contract, and the second key that says the same. */
export const agreeing = (platform: Platform) => ({
	platform,
	secondKey: draftOf(platform, secondKey),
});

/** What the pack says in a preview: of each service and job that is registered, then of the whole stack. */
export async function judgeStack(
	resources: readonly Resource[],
	options: JudgeOptions = asShipped,
): Promise<Diagnostic[]> {
	const stack = options.stack ?? "staging";
	const policies = policiesFor(options, true);
	const said: Diagnostic[] = [];
	for (const each of resources.filter(({ type }) => cloudRun.test(type))) {
		const message = analyzerResource(stack, each);
		said.push(...(await answer(server.makeAnalyzeRpcFun, policies, message)));
	}
	return said.concat(await judgeWhole(resources, policies, stack));
}

/** What the pack says of the whole stack at the end of an update, when all of it exists. */
export function judgeUpdated(
	resources: readonly Resource[],
	options: JudgeOptions = asShipped,
): Promise<Diagnostic[]> {
	return judgeWhole(
		resources,
		policiesFor(options, options.dryRun ?? false),
		options.stack ?? "staging",
	);
}

function judgeWhole(
	resources: readonly Resource[],
	policies: Policies,
	stack: string,
): Promise<Diagnostic[]> {
	const messages = [rootOf(stack), ...resources].map((each) =>
		analyzerResource(stack, each),
	);
	return answer(server.makeAnalyzeStackRpcFun, policies, {
		getResourcesList: () => messages,
	});
}

/** The only resources at whose inputs a rule looks in a preview. */
const cloudRun = /^gcp:cloudrunv2\/(?:service:Service|job:Job)$/;

/** What the pack says of one resource before it is created. */
export function judgeResource(
	resource: Resource,
	options: JudgeOptions = asShipped,
): Promise<Diagnostic[]> {
	return answer(
		server.makeAnalyzeRpcFun,
		policiesFor(options, options.dryRun ?? false),
		analyzerResource(options.stack ?? "staging", resource),
	);
}

const served = new WeakMap<JudgeOptions, Map<boolean, Policies>>();

/** The policies that the engine would be given; made once, as in the engine. */
function policiesFor(options: JudgeOptions, dryRun: boolean): Policies {
	const kept = served.get(options) ?? new Map<boolean, Policies>();
	served.set(options, kept);
	const { pack = packArgs } = options;
	const policies =
		kept.get(dryRun) ?? pack({ ...shipped, ...options, dryRun }).policies;
	kept.set(dryRun, policies);
	return policies;
}

/** The URN of a resource in a stack. */
export function urnOf(stack: string, key: Key): string {
	return `urn:pulumi:${stack}::netra-platform::${key}`;
}

async function answer(
	make: (...args: unknown[]) => (call: unknown, callback: unknown) => void,
	policies: Policies,
	request: Message,
): Promise<Diagnostic[]> {
	const respond = make("netra-platform", "0.1.0", "advisory", policies);
	const response = await new Promise<AnalyzeResponse>((resolve, reject) => {
		respond({ request }, (error: Error | undefined, found: AnalyzeResponse) =>
			error === undefined ? resolve(found) : reject(error),
		);
	});
	return response.getDiagnosticsList().map((each) => ({
		rule: each.getPolicyname(),
		mandatory: each.getEnforcementlevel() === proto.EnforcementLevel.MANDATORY,
		message: each.getMessage(),
		urn: each.getUrn(),
	}));
}

/** A message of the protocol, as far as the SDK's server reads it. */
type Message = Record<string, () => unknown>;

const made = new WeakMap<Resource, Map<string, Message>>();

/**
 * The message for a resource; kept, since mutants share what they don't change. Written by hand, since the
 * protocol's own class encodes every value anew for every request; the engine itself proves the real one.
 */
function analyzerResource(stack: string, resource: Resource): Message {
	const kept = made.get(resource)?.get(stack);
	if (kept !== undefined) {
		return kept;
	}
	const urns = (keys: readonly Key[]) => keys.map((key) => urnOf(stack, key));
	const dependencies = urns(resource.dependsOn);
	const sources = Object.entries(resource.propertyDependencies).map(
		([property, keys]): [string, Message] => {
			const list = urns(keys);
			return [property, { getUrnsList: () => list }];
		},
	);
	const provider: Message = {
		getType: () => "pulumi:providers:gcp",
		getName: () => "default",
		getUrn: () => urnOf(stack, "pulumi:providers:gcp::default"),
		getProperties: struct({ project: resource.project }),
	};
	const urn = urnOf(stack, keyOf(resource));
	const message: Message = {
		getUrn: () => urn,
		getType: () => resource.type,
		getName: () => resource.name,
		getParent: () => "",
		getProperties: struct(resource.properties),
		getOptions: () => ({
			...noOptions,
			getProtect: () => resource.protect,
			getIgnorechangesList: () => resource.ignoreChanges ?? [],
		}),
		getProvider: () => provider,
		getDependenciesList: () => dependencies,
		getPropertydependenciesMap: () => ({ entries: () => sources }),
	};
	made.set(
		resource,
		(made.get(resource) ?? new Map<string, Message>()).set(stack, message),
	);
	return message;
}

const noOptions: Message = {
	getAliasesList: () => [],
	getCustomtimeouts: () => undefined,
	getAdditionalsecretoutputsList: () => [],
	getDeletebeforereplacedefined: () => false,
	getParent: () => "",
};

function struct(properties: Value): () => Message {
	const json = mapLeaves(properties, (leaf) =>
		leaf === UNKNOWN ? proxy.unknownStringValue : leaf,
	);
	const message = { toJavaScript: () => json };
	return () => message;
}

const roots = new Map<string, Resource>();

/** The stack's own resource, which the engine always sends along. */
function rootOf(stack: string): Resource {
	const kept = roots.get(stack);
	if (kept !== undefined) {
		return kept;
	}
	const root: Resource = {
		type: "pulumi:pulumi:Stack",
		name: `netra-platform-${stack}`,
		properties: {},
		protect: false,
		dependsOn: [],
		propertyDependencies: {},
		project: "",
	};
	roots.set(stack, root);
	return root;
}
