/** The shipped platform, loaded anew for each fault. */
export { platform } from "../../../contract/platform.ts";
export { secondKey } from "../../../policies/shipped-key.ts";
