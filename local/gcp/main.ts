/** The executable in place of the gcp provider's plugin. */
import { localDirectory } from "../directory.ts";
import { planesOf } from "../plane/by-project.ts";
import { serve } from "../provider/server.ts";
import { type Properties, plainProperties } from "../provider/values.ts";
import { readConfig } from "./config.ts";
import { GcpProvider } from "./provider.ts";

const directory = localDirectory();
const { plane, resume } = planesOf(directory);

class LocalProvider extends GcpProvider {
	override configure(config: Properties): void {
		super.configure(config);
		resume(readConfig(plainProperties(config)).project);
	}
}

serve(new LocalProvider({ directory, plane }));
