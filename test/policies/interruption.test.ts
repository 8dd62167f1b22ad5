import { createRequire } from "node:module";
import grpc from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { watchInterruption } from "../../policies/interruption.ts";
import { plainStack } from "../fixtures/plain-stack.ts";
import { preview } from "../fixtures/preview.ts";
import { judgeStack } from "./engine.ts";

const require = createRequire(import.meta.url);
const { AnalyzerClient } = require("@pulumi/pulumi/proto/analyzer_grpc_pb.js");
const { Empty } = require("google-protobuf/google/protobuf/empty_pb.js");
const sdk = require("@pulumi/policy/server.js");

const stack = preview(plainStack("staging"), "first");
/** As far as the engine had come. */
const partial = stack.slice(0, 5);

const interrupted = { isInterrupted: async () => true };
const whole = { isInterrupted: async () => false };

describe("a stack that was interrupted", () => {
	it("[R-031] is rejected by one violation that says why, and not for what is missing", async () => {
		expect(await judgeStack(partial, interrupted)).toEqual([
			{
				rule: "interrupted",
				mandatory: true,
				urn: "",
				message:
					"[interrupted] environment staging: found a preview that was interrupted before it had come to every resource; needed the whole stack, which alone can be judged; fix: run the same command again, such as: pulumi preview -s staging --policy-pack policies",
			},
		]);
	});

	it("passes where nothing is missing from it", async () => {
		const found = await judgeStack(stack, interrupted);
		expect(found.filter(({ mandatory }) => mandatory)).toEqual([]);
		expect(found).toEqual(await judgeStack(stack, whole));
	});
});

it("[R-031] a stack in which something is missing, and that was not interrupted, is rejected for all of it", async () => {
	const found = await judgeStack(partial, whole);
	expect(found).toEqual(await judgeStack(partial));
	expect(found.map(({ rule }) => rule)).toContain("service-present");
});

describe("the server of the pack", () => {
	const { prototype } = grpc.Server;
	const { addService, bindAsync } = prototype;
	let server: grpc.Server;
	let isInterrupted: () => Promise<boolean>;
	let client: {
		cancel(request: unknown, answer: (error: Error | null) => void): void;
		close(): void;
	};

	beforeAll(async () => {
		isInterrupted = watchInterruption();
		prototype.bindAsync = function (...args) {
			server = this;
			bindAsync.apply(this, args);
		};
		const { log } = console;
		const port = await new Promise<number>((done) => {
			// The SDK tells the engine so where it listens.
			console.log = (text: string) => done(Number(text));
			sdk.serve("made-up", "0.1.0", "advisory", { policies: [] });
		});
		console.log = log;
		client = new AnalyzerClient(
			`127.0.0.1:${port}`,
			grpc.credentials.createInsecure(),
		);
	});
	afterAll(() => {
		Object.assign(prototype, { addService, bindAsync });
		client.close();
		server.forceShutdown();
	});

	it("takes a stack for whole until the engine says that it cancels", async () => {
		expect(await isInterrupted()).toBe(false);
		const error = await new Promise((done) => client.cancel(new Empty(), done));
		expect(error).toBeNull();
		expect(await isInterrupted()).toBe(true);
	});
});
