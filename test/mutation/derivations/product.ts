/** What of the product is tried, and with what: loaded anew for each fault. */
export { packArgs } from "../../../policies/pack.ts";
export { rules } from "../../../policies/rules.ts";
export { deployPlatform } from "../../../program.ts";
export { contracts } from "./contracts.ts";
