/** The executable in place of the gcp provider's plugin. */
import { localDirectory } from "../directory.ts";
import { planeByProject } from "../plane/by-project.ts";
import { RealPlane } from "../plane/real/real-plane.ts";
import { SimulatedPlane } from "../plane/simulated.ts";
import { serve } from "../provider/server.ts";
import { type Properties, plainProperties } from "../provider/values.ts";
import { readConfig } from "./config.ts";
import { GcpProvider } from "./provider.ts";

/** The project whose databases and services are processes of this machine. */
const realProject = "netra-local";

const directory = localDirectory();
const simulated = new SimulatedPlane();
const real = new RealPlane(directory);
const isReal = (project: string) =>
	project === realProject && process.env.NETRA_LOCAL_PLANE !== "simulated";

class LocalProvider extends GcpProvider {
	/** Every command brings back what a crash or a reboot has ended. */
	override configure(config: Properties): void {
		super.configure(config);
		const { project } = readConfig(plainProperties(config));
		// What keeps it from running is reported by the call that needs it.
		if (isReal(project)) real.resume().catch(() => {});
	}
}

serve(
	new LocalProvider({
		directory,
		plane: planeByProject((project) => (isReal(project) ? real : simulated)),
	}),
);
