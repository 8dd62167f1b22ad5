/** The certificate authorities of a Cloud SQL instance. */
import { find, type World } from "../cloud/world.ts";
import { CloudError } from "../provider/core.ts";
import { blocksAt, type Properties, textAt } from "../provider/values.ts";
import { SQL_INSTANCE } from "../types/tokens.ts";

/** All that a server's certificate may be signed with: the active one, which alone the instance shows, and an upcoming one. */
export function serverCas(world: World, instance: string): Properties {
	const found = find(world, SQL_INSTANCE, instance);
	if (found === undefined)
		throw new CloudError(
			"error retrieving CA certs: googleapi: Error 404: The Cloud SQL instance does not exist., instanceDoesNotExist",
		);
	const active = blocksAt(found.properties, "serverCaCerts");
	const { upcomingServerCas = [] } = found.hidden as {
		upcomingServerCas?: Properties[];
	};
	return {
		id: `projects/${world.project}/instance/${instance}`,
		project: world.project,
		instance,
		certs: [...active, ...upcomingServerCas],
		activeVersion: textAt(active[0], "sha1Fingerprint"),
	};
}
