/** The executable in place of the gcp provider's plugin. */
import { localDirectory } from "../directory.ts";
import { planesOf } from "../plane/by-project.ts";
import { serve } from "../provider/server.ts";
import { type Properties, plainProperties } from "../provider/values.ts";
import { restAddress, serveRest } from "../rest/server.ts";
import { readConfig } from "./config.ts";
import { GcpProvider } from "./provider.ts";

const directory = localDirectory();
const { plane, resume } = planesOf(directory);
const rest = restAddress(process.env);

class LocalProvider extends GcpProvider {
	#served: Promise<unknown> | undefined;

	override configure(config: Properties): void {
		super.configure(config);
		resume(readConfig(plainProperties(config)).project);
		if (rest !== undefined)
			this.#served ??= serveRest(rest.port, {
				token: rest.token,
				answer: (request) => this.answer(request),
			});
	}

	/** A program that has asked for the token finds the answers served. */
	override async invoke(token: string, args: Properties) {
		await this.#served;
		return super.invoke(token, args);
	}
}

serve(new LocalProvider({ directory, plane, accessToken: rest?.token }));
