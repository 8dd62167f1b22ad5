/**
 * A local stack for many tests. The real engine brings it up; once its part is done, this process updates it, in a tenth of
 * the time. The servers and services are the same.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { platform } from "../../contract/platform.ts";
import { layoutOf } from "../../local/plane/real/layout.ts";
import { holderOf } from "../../local/plane/real/lock.ts";
import { RealPlane } from "../../local/plane/real/real-plane.ts";
import { freePort } from "../../local/servers/child-process.ts";
import { takeBack } from "../in-process/exchange.ts";
import {
	type InProcess,
	type InProcessOptions,
	succeeded,
} from "../in-process/in-process.ts";
import { shippedStack } from "../in-process/shipped.ts";
import { stackFile } from "../in-process/stack-file.ts";
import { until } from "../local/real/bench.ts";
import type { Answer } from "./checkout.ts";
import { LocalStack } from "./local-stack.ts";

export class SharedLocalStack extends LocalStack {
	#here: InProcess | undefined;
	#updatesHere = false;

	static override async create(): Promise<SharedLocalStack> {
		return new SharedLocalStack(await freePort());
	}

	/** The stack in this process. Its configuration is always the stack's, its state only where this process updates. */
	protected get here(): InProcess {
		this.#here ??= this.inProcess({
			directory: this.stateFolder,
			plane: new RealPlane(this.stateFolder),
			config: stackFile("local", this.folder),
		});
		return this.#here;
	}

	protected inProcess(options: Partial<InProcessOptions>): InProcess {
		const release = () =>
			readFileSync(join(this.folder, "releases/local.json"), "utf8");
		return shippedStack("local", { ...options, policies: {} }, () => ({
			contract: platform,
			release,
		}));
	}

	/** From now on this process updates the stack. */
	async takeOver(): Promise<void> {
		if (this.#updatesHere) return;
		await takeBack(this.here, this);
		this.#updatesHere = true;
	}

	/** This process brings the stack up, too; what runs behind it is the checkout's all the same. */
	async startHere(): Promise<void> {
		this.start(
			"tools/with-toolchain",
			"node",
			"local/plane/real/supervisor.ts",
			this.stateFolder,
		);
		const { lock } = layoutOf(this.stateFolder);
		await until("the supervisor runs", () => holderOf(lock) !== undefined);
		this.#updatesHere = true;
	}

	override async up(...flags: string[]): Promise<Answer> {
		if (!this.#updatesHere) return super.up(...flags);
		const refresh = flags.includes("--refresh");
		const { ok, output } = await this.here.up({ refresh });
		return { code: ok ? 0 : 1, output };
	}

	/** Looks at what the engine left without another run of it. */
	override async changesLeft(): Promise<string[] | null> {
		if (!this.#updatesHere) await takeBack(this.here, this);
		const { changes } = await succeeded(this.here.up({ refresh: true }));
		const left = Object.entries(changes).flatMap(([op, names]) =>
			names.map((name) => `${op} ${name}`),
		);
		return left.length === 0 ? null : left;
	}

	override async set(key: string, value: string | number): Promise<void> {
		this.here.set(key, value);
		if (!this.#updatesHere) await super.set(key, value);
	}

	override async unset(key: string): Promise<void> {
		this.here.unset(key);
		if (!this.#updatesHere) await super.unset(key);
	}

	override async destroy(): Promise<void> {
		await this.takeOver();
		await succeeded(this.here.destroy());
	}

	override async end(): Promise<void> {
		await super.end();
		this.here.remove();
	}
}
