/** The stand-in's REST answers for a stack in this process: one server, and behind it the provider of the last command. */
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { GcpProvider } from "../../local/gcp/provider.ts";
import type { DataPlane } from "../../local/plane/data-plane.ts";
import { serveRest } from "../../local/rest/server.ts";

/** The program shows it to the REST answers. */
const accessToken = "in-process";

export class RestAnswers {
	readonly #directory: string;
	#served: GcpProvider | undefined;
	#server: Server | undefined;

	constructor(directory: string) {
		this.#directory = directory;
	}

	/** A provider, which also answers from now on. */
	async provider(plane: DataPlane): Promise<GcpProvider> {
		const provider = new GcpProvider({
			directory: this.#directory,
			plane,
			accessToken,
		});
		this.#served = provider;
		this.#server ??= await serveRest(0, {
			token: accessToken,
			answer: (request) => (this.#served ?? provider).answer(request),
		});
		return provider;
	}

	/** What a program is told by configuration here, and by the environment elsewhere. */
	get endpoints(): Record<string, string> {
		const address = this.#server?.address() as AddressInfo | undefined;
		const port = address?.port;
		return {
			"gcp:cloudRunV2CustomEndpoint": `http://127.0.0.1:${port}/v2/`,
			"gcp:secretManagerCustomEndpoint": `http://127.0.0.1:${port}/v1/`,
		};
	}

	close(): void {
		this.#server?.close();
		this.#server?.closeAllConnections();
	}
}
