// node classify.mjs MODEL_DIRECTORY PICTURE: the classes of a picture by the model's INT8 file, as JSON.
import { basename, dirname } from "node:path";
import { env, pipeline } from "@huggingface/transformers";

const [directory, picture] = process.argv.slice(2);
env.allowRemoteModels = false;
env.localModelPath = dirname(directory);
const classify = await pipeline("image-classification", basename(directory), { dtype: "q8" });
console.log(JSON.stringify(await classify(picture, { top_k: 10 })));
