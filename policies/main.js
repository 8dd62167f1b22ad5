// The policy host compiles TypeScript that it loads itself; from here on Node strips the types.
import "./index.ts";
