// Upload a file with tus-js-client: node upload.mjs MODULES ENDPOINT COOKIE FILE CUTS
import {createReadStream, statSync} from "node:fs";
import {createRequire} from "node:module";
import path from "node:path";

const [modules, endpoint, cookie, file, cuts] = process.argv.slice(2);
const tus = createRequire(path.join(modules, "package.json"))("tus-js-client");
let left = Number(cuts);

const upload = new tus.Upload(createReadStream(file), {
    endpoint,
    chunkSize: 1024 * 1024,
    uploadSize: statSync(file).size,
    retryDelays: [0, 200, 500, 1000, 2000],
    headers: {Cookie: cookie},
    metadata: {filename: path.basename(file), name: "From tus-js-client"},
    onChunkComplete() {
        // cut the line now and then, and go on from where the server is
        if (left-- > 0) {
            upload.abort().then(() => upload.start());
        }
    },
    onError(error) {
        console.error(error);
        process.exit(1);
    },
    onSuccess() {
        console.log("done");
    },
});
upload.start();
