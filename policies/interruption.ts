/**
 * Whether the engine was interrupted. It then asks the pack to judge what had been registered by then as if that were
 * the stack. But it also tells its plugins that it cancels; Pulumi's server of policy packs does not listen to that.
 */
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import type { Server } from "@grpc/grpc-js";

/** The engine tells the providers first, and asks for the judgement meanwhile. */
const graceMilliseconds = 1000;

/**
 * To be called before the pack is served.
 * @returns resolves to true once the engine has said that it cancels; to false if it has not after a moment
 */
export function watchInterruption(): () => Promise<boolean> {
	const cancelled = new Promise<true>((done) => answerCancel(() => done(true)));
	return () =>
		Promise.race([
			cancelled,
			sleep(graceMilliseconds, false as const, { ref: false }),
		]);
}

type AddService = Server["addService"];

/** Makes the server that the SDK is about to start answer `Analyzer.Cancel` too: the SDK offers no other way. */
function answerCancel(told: () => void): void {
	const ofSdk = createRequire(
		createRequire(import.meta.url).resolve("@pulumi/policy/server.js"),
	);
	const server: Server = ofSdk("@grpc/grpc-js").Server.prototype;
	const addService: AddService = server.addService;
	server.addService = function (service, handlers) {
		// As the SDK makes its empty answers: of the class that the protocol's file knows.
		const Empty = (
			service.cancel as unknown as { responseType: new () => unknown }
		).responseType;
		addService.call(this, service, {
			...handlers,
			cancel: (_call: unknown, answer: (_: null, empty: unknown) => void) => {
				told();
				answer(null, new Empty());
			},
		});
	};
}
