/** What the SDK talks to in place of the engine's processes: the same calls, answered in this one. */
import enginePb from "@pulumi/pulumi/proto/engine_pb.js";
import pb from "@pulumi/pulumi/proto/resource_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { properties, struct } from "../../local/provider/messages.ts";
import type { Properties } from "../../local/provider/values.ts";
import { packageOf } from "./aliases.ts";
import type { Deployment } from "./deployment.ts";
import { goalOf } from "./goal.ts";
import { wording } from "./step.ts";

type Callback<T> = (error: unknown, answer?: T) => void;

export type MonitorArgs = {
	stack: string;
	deployment: Deployment;
	/** What the engine's own provider answers. */
	builtin: (token: string, args: Properties) => Properties;
};

/** The features of the engine that this one has, too. */
const features = [
	pb.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_SECRETS,
	pb.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
	pb.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
	pb.ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
];

export class Monitor {
	/** Calls that came so far. */
	calls = 0;
	readonly #args: MonitorArgs;
	readonly #atWork = new Set<Promise<void>>();

	constructor(args: MonitorArgs) {
		this.#args = args;
	}

	/** Calls that somebody is working on. */
	get working(): number {
		return this.#atWork.size;
	}

	/** Resolves when one of these is answered. */
	nextAnswer(): Promise<void> {
		return Promise.race(this.#atWork);
	}

	getDeploymentInfo(_: unknown, callback: Callback<pb.DeploymentInfo>): void {
		const answer = new pb.DeploymentInfo();
		answer.setSupportedfeaturesList(features);
		callback(null, answer);
	}

	signalAndWaitForShutdown(_: unknown, callback: Callback<empty.Empty>): void {
		callback(null, new empty.Empty());
	}

	registerResource(
		request: pb.RegisterResourceRequest,
		callback: Callback<pb.RegisterResourceResponse>,
	): void {
		const { stack, deployment } = this.#args;
		this.#work(callback, async () => {
			const made = await deployment.register(goalOf(stack, request));
			if (made === undefined) return undefined;
			const { urn, id, outputs } = made;
			const answer = new pb.RegisterResourceResponse();
			answer.setUrn(urn);
			answer.setId(id);
			answer.setObject(struct(outputs));
			return answer;
		});
	}

	registerResourceOutputs(
		request: pb.RegisterResourceOutputsRequest,
		callback: Callback<empty.Empty>,
	): void {
		this.#work(callback, async () => {
			this.#args.deployment.setOutputs(
				request.getUrn(),
				properties(request.getOutputs()),
			);
			return new empty.Empty();
		});
	}

	invoke(
		request: pb.ResourceInvokeRequest,
		callback: Callback<pb.ResourceInvokeResponse>,
	): void {
		const { deployment, builtin } = this.#args;
		const token = request.getTok();
		const pkg = packageOf(token);
		this.#work(
			callback,
			async () => {
				await deployment.provider(pkg, request.getVersion());
				const args = properties(request.getArgs());
				const answer = new pb.ResourceInvokeResponse();
				answer.setReturn(
					struct(
						pkg === "pulumi"
							? builtin(token, args)
							: ((await deployment.plugins[pkg]?.invoke(token, args)) ?? {}),
					),
				);
				return answer;
			},
			`invocation of ${token} returned an error: `,
		);
	}

	/** Keeps count, so that it is known when a program has come to a standstill. */
	#work<T>(
		callback: Callback<T>,
		action: () => Promise<T | undefined>,
		prefix = "",
	): void {
		this.calls++;
		const work = action().then(
			(answer) => {
				this.#atWork.delete(work);
				if (answer !== undefined) callback(null, answer);
			},
			(error) => {
				this.#atWork.delete(work);
				// The SDK reads the details, as of an error of the protocol.
				callback(
					Object.assign(new Error(wording(error)), {
						details: prefix + wording(error),
						code: 2,
					}),
				);
			},
		);
		this.#atWork.add(work);
	}
}

/** By the protocol's number; the SDK's own chatter is the first. */
const severities = [undefined, "info", "warning", "error"] as const;

/** What the SDK tells the engine of itself: its messages. */
export class EngineLog {
	readonly #deployment: Deployment;

	constructor(deployment: Deployment) {
		this.#deployment = deployment;
	}

	log(request: enginePb.LogRequest, callback: Callback<empty.Empty>): void {
		const severity = severities[request.getSeverity()];
		if (severity !== undefined)
			this.#deployment.report(severity, request.getUrn(), request.getMessage());
		callback(null, new empty.Empty());
	}

	setRootResource(
		_: unknown,
		callback: Callback<enginePb.SetRootResourceResponse>,
	): void {
		callback(null, new enginePb.SetRootResourceResponse());
	}
}
