/** What the contract says of a service where the second key has a setting. */

import { serviceContract } from "../contract/bindings.ts";
import { callingServices } from "../contract/callers.ts";
import type { Platform } from "../contract/schema.ts";
import type { Settings } from "./second-key.ts";

export type SettingName = keyof Settings;

/** Where the contract says it, below the service. */
export const contractFields: Record<SettingName, string> = {
	callers: "public",
	checkCommand: "checkCommand",
	foreignImage: "foreignImage.repository",
	notSecrets: "notSecrets",
	reviewedValues: "reviewedValues",
	vpcAccess: "vpcAccess",
};

export const settingNames = Object.keys(contractFields) as SettingName[];

/** What a service has of them, as the second key writes it. */
export function settingsOf(
	platform: Platform,
	service: string,
): { [Name in SettingName]: NonNullable<Settings[Name]>["value"] | undefined } {
	const {
		public: isPublic,
		checkCommand,
		foreignImage,
		notSecrets,
		reviewedValues,
		vpcAccess,
	} = serviceContract(platform, service);
	return {
		callers:
			isPublic === false
				? callingServices(platform, service).toSorted()
				: undefined,
		checkCommand,
		foreignImage: foreignImage?.repository,
		notSecrets: notSecrets && Object.keys(notSecrets).toSorted(),
		reviewedValues: reviewedValues && Object.keys(reviewedValues).toSorted(),
		vpcAccess,
	};
}
