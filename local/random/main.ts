/** The executable in place of the random provider's plugin. */
import { serve } from "../provider/server.ts";
import { RandomProvider } from "./provider.ts";

serve(new RandomProvider());
