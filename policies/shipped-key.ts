/** The second key that this project ships. */
import content from "./second-key.json" with { type: "json" };
import { parseSecondKey, type SecondKey } from "./second-key.ts";

export const secondKey: SecondKey = parseSecondKey(content);
