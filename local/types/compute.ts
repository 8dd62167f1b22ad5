/** Addresses and subnetworks. */
import { textAt } from "../provider/values.ts";
import type { ResourceType } from "./resource-type.ts";

const COMPUTE = "https://www.googleapis.com/compute/v1/";

/** The n-th address of an IPv4 range. */
function hostOf(range: string, n: number): string {
	const octets = (range.split("/")[0] ?? "").split(".").map(Number);
	const number = octets.reduce((sum, octet) => sum * 256 + octet, 0) + n;
	return [24, 16, 8, 0]
		.map((shift) => Math.floor(number / 2 ** shift) % 256)
		.join(".");
}

/** An address for the name, always the same: from the block for documentation where it is external. */
function made(name: string, isInternal: boolean): string {
	const sum = [...name].reduce(
		(hash, letter) => (hash * 31 + letter.charCodeAt(0)) % 65_521,
		7,
	);
	return isInternal
		? `10.${64 + (sum % 64)}.0.0`
		: `203.0.113.${1 + (sum % 254)}`;
}

export const globalAddress: ResourceType = {
	id: "projects/{project}/global/addresses/{name}",
	filled: {
		creationTimestamp: "@time",
		labelFingerprint: "@fingerprint",
		selfLink: `${COMPUTE}{id}`,
	},
	accept: ({ prior }, entry) => {
		const { properties } = entry;
		if (prior === undefined && textAt(properties, "address") === "")
			properties.address = made(
				textAt(properties, "name"),
				properties.addressType === "INTERNAL",
			);
	},
};

export const subnetwork: ResourceType = {
	id: "projects/{project}/regions/{region}/subnetworks/{name}",
	filled: {
		creationTimestamp: "@time",
		selfLink: `${COMPUTE}{id}`,
		subnetworkId: "@smallNumber",
		state: "READY",
	},
	stateOnly: ["sendSecondaryIpRangeIfEmpty"],
	accept: (_operation, { properties }) => {
		const network = textAt(properties, "network");
		if (network.startsWith("projects/"))
			properties.network = `${COMPUTE}${network}`;
		properties.gatewayAddress = hostOf(textAt(properties, "ipCidrRange"), 1);
	},
};
