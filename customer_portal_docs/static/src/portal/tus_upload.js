import {browser} from "@web/core/browser/browser";
import {_t} from "@web/core/l10n/translation";

import {UploadError, checkReadable} from "../core/upload_request";

const ENDPOINT = "/my/documents/tus";
const VERSION = {"Tus-Resumable": "1.0.0"};
const STORAGE_PREFIX = "customer_portal_docs.upload:";
/** Sizes of the pieces, in bytes: as much as goes in some seconds, so that little is sent twice. */
const FIRST_PIECE = 4 * 1024 * 1024;
const SMALLEST_PIECE = 256 * 1024;
const LARGEST_PIECE = 64 * 1024 * 1024;
const PIECE_SECONDS = 8;
/** Waiting times between attempts, in milliseconds; after the last one the customer decides. */
const RETRY_DELAYS = [500, 1000, 2000, 4000, 8000, 15000];
/** What another attempt can help with: too early, in use elsewhere, the server restarting. */
const RETRY_STATUSES = [0, 408, 409, 423, 425, 460, 500, 502, 503, 504];
/** Of these, the server is there but takes nothing more just now. */
const BUSY_STATUSES = [423, 429, 503];
/** In milliseconds: until the next try while the user's other uploads go on, and the longest wait
 * that a server may ask for. */
const TURN_DELAY = 2000;
const LONGEST_DELAY = 60000;

function encode(text) {
    const bytes = new TextEncoder().encode(text);
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

export function tryAgainMessage() {
    return _t(
        "The upload did not succeed. Please try again; contact us if the problem persists."
    );
}

function connectionMessage() {
    return _t(
        "The connection was lost. Please try again; contact us if the problem persists."
    );
}

/**
 * One file on its way to the server with the tus protocol (https://tus.io), over as many
 * connections, page loads and server restarts as it takes.
 */
export class TusUpload {
    /**
     * @param {File} file
     * @param {() => Object} getValues what the form says now: strings by name
     * @param {Object} [on]
     * @param {(sent: number, bytesPerSecond: number) => void} [on.progress] bytes there, speed
     * @param {(reason: ""|"connection"|"busy"|"turn") => void} [on.waiting] the connection is gone,
     *   the server takes nothing, or not so much at once; empty when it goes on
     * @param {string} [on.scope] where the file goes: what was left half-way goes on nowhere else
     */
    constructor(file, getValues, {progress, waiting, scope = ""} = {}) {
        this.file = file;
        this.getValues = getValues;
        this.onProgress = progress || (() => {});
        this.onWaiting = waiting || (() => {});
        this.offset = 0;
        this.piece = FIRST_PIECE;
        this.paused = false;
        this.cancelled = false;
        this.waiting = "";
        this.storageKey = `${STORAGE_PREFIX}${scope}${file.name}:${file.size}:${file.lastModified}`;
    }

    /** What the customer had typed for this file before the page was left, if it was. */
    static recall(file) {
        const key = `${STORAGE_PREFIX}${file.name}:${file.size}:${file.lastModified}`;
        try {
            return JSON.parse(browser.localStorage.getItem(key))?.values || null;
        } catch {
            return null;
        }
    }

    /**
     * Send the file, from where it was left.
     *
     * @returns {Promise<string>} address of the document
     * @throws {UploadError}
     */
    async send() {
        let failures = 0;
        this.cancelled = false;
        this.waiting = "";
        for (;;) {
            try {
                const before = this.offset;
                const address = await this.attempt(() => {
                    failures = 0;
                });
                if (address !== null) {
                    this.forget();
                    return address;
                }
                failures = this.offset > before ? 0 : failures;
            } catch (error) {
                if (this.cancelled || !error.canRetry) {
                    throw error;
                }
                // what cannot be read is told at once, and not tried again for ever
                await checkReadable(this.file);
                // whose turn has not come has not failed
                const isTurn = error.reason === "turn";
                if (!isTurn && failures >= RETRY_DELAYS.length) {
                    throw error;
                }
                const delay = isTurn ? TURN_DELAY : RETRY_DELAYS[failures];
                await this.waitToRetry(error.reason, error.delay || delay);
                if (!isTurn) {
                    failures += 1;
                }
            }
        }
    }

    /** Stop sending until {@link resume}. */
    pause() {
        this.paused = true;
        this.request?.abort();
    }

    resume() {
        this.paused = false;
        this.wake?.();
    }

    /** Stop sending and remove what is on the server. */
    async cancel() {
        this.cancelled = true;
        this.request?.abort();
        this.wake?.();
        const url = this.url || this.stored?.url;
        this.forget();
        if (url) {
            await this.remove(url);
        }
    }

    /** Remove what is on the server; what cannot be removed now expires by itself. */
    async remove(url) {
        for (const delay of RETRY_DELAYS) {
            const response = await fetch(url, {
                method: "DELETE",
                headers: VERSION,
                keepalive: true,
            }).catch(() => null);
            // the request just aborted may still hold it
            if (response?.status !== 409) {
                return;
            }
            await new Promise((resolve) => browser.setTimeout(resolve, delay));
        }
    }

    // -- one attempt

    /** Find out how far the upload is and send the rest; null when the server wants a new start. */
    async attempt(onMoved) {
        await this.whilePaused();
        this.url = this.stored?.url;
        if (!this.url || !(await this.findOffset())) {
            await this.create();
        }
        // only a piece that was taken says that its turn has come
        if (this.waiting !== "turn") {
            this.setWaiting("");
        }
        this.onProgress(this.offset, 0);
        while (this.offset < this.file.size) {
            await this.whilePaused();
            const answer = await this.sendPiece();
            if (answer) {
                onMoved();
                this.setWaiting("");
                this.offset = parseInt(answer.getResponseHeader("Upload-Offset"));
                this.address = answer.getResponseHeader("Content-Location");
            } else if (!(await this.findOffset())) {
                return null;
            }
        }
        return this.address || "";
    }

    async create() {
        const values = this.getValues();
        const response = await this.fetch(ENDPOINT, {
            method: "POST",
            headers: {
                ...VERSION,
                "Upload-Length": String(this.file.size),
                "Upload-Metadata": this.getMetadata(values),
            },
        });
        if (response.status !== 201) {
            throw await this.readError(response);
        }
        this.url = response.headers.get("Location");
        this.offset = 0;
        // what was typed; not the key of a personal link, on whoever's computer this is
        const {name, description} = values;
        this.stored = {url: this.url, values: {name, description}};
    }

    /** Ask the server how much it has; false when it knows nothing of the upload. */
    async findOffset() {
        const response = await this.fetch(this.url, {method: "HEAD", headers: VERSION});
        if ([403, 404, 410].includes(response.status)) {
            this.forget();
            return false;
        }
        if (response.status !== 200) {
            throw await this.readError(response);
        }
        this.offset = parseInt(response.headers.get("Upload-Offset"));
        return true;
    }

    /** Send the next piece; null when it was paused meanwhile. */
    sendPiece() {
        const start = performance.now();
        const piece = this.file.slice(this.offset, this.offset + this.piece);
        return new Promise((resolve, reject) => {
            const xhr = (this.request = new XMLHttpRequest());
            xhr.open("PATCH", this.url);
            const headers = {
                ...VERSION,
                "Upload-Offset": String(this.offset),
                "Upload-Metadata": this.getMetadata(this.getValues()),
                "Content-Type": "application/offset+octet-stream",
                Accept: "application/json",
            };
            for (const [name, value] of Object.entries(headers)) {
                xhr.setRequestHeader(name, value);
            }
            const base = this.offset;
            xhr.upload.addEventListener("progress", (ev) => {
                if (this.waiting) {
                    return; // it may be refused
                }
                const seconds = (performance.now() - start) / 1000;
                this.onProgress(base + ev.loaded, ev.loaded / Math.max(seconds, 0.001));
            });
            xhr.addEventListener("load", () => {
                if (xhr.status === 204) {
                    this.fitPiece(piece.size, (performance.now() - start) / 1000);
                    resolve(xhr);
                } else {
                    const after = xhr.getResponseHeader("Retry-After");
                    reject(this.makeError(xhr.status, xhr.responseText, after));
                }
            });
            xhr.addEventListener("abort", () =>
                this.cancelled ? reject(this.makeCancelled()) : resolve(null)
            );
            xhr.addEventListener("error", () => reject(this.makeError(0)));
            xhr.addEventListener("timeout", () => reject(this.makeError(0)));
            xhr.send(piece);
        });
    }

    /** Choose the size of the next piece by how fast this one went. */
    fitPiece(bytes, seconds) {
        const fitting = (bytes / Math.max(seconds, 0.001)) * PIECE_SECONDS;
        const grown = Math.min(fitting, this.piece * 4, LARGEST_PIECE);
        this.piece = Math.max(Math.round(grown), SMALLEST_PIECE);
    }

    getMetadata(values) {
        const pairs = Object.entries({...values, filename: this.file.name});
        return pairs
            .filter(([, value]) => value)
            .map(([name, value]) => `${name} ${encode(value)}`)
            .join(",");
    }

    // -- waiting

    async whilePaused() {
        while (this.paused && !this.cancelled) {
            await new Promise((resolve) => {
                this.wake = resolve;
            });
        }
        if (this.cancelled) {
            throw this.makeCancelled();
        }
    }

    /** Tell why nothing is sent; once, however often it is tried. */
    setWaiting(reason) {
        if (reason !== this.waiting) {
            this.waiting = reason;
            this.onWaiting(reason);
        }
    }

    /** Wait a while, less if the connection comes back, as long as it takes if it is gone. */
    async waitToRetry(reason, delay) {
        this.setWaiting(reason);
        this.piece = Math.max(Math.round(this.piece / 2), SMALLEST_PIECE);
        await new Promise((resolve) => {
            this.wake = resolve;
            browser.setTimeout(resolve, delay);
            browser.addEventListener("online", resolve, {once: true});
        });
    }

    // -- what is kept over page loads

    get stored() {
        try {
            return (
                JSON.parse(browser.localStorage.getItem(this.storageKey)) || this.memory
            );
        } catch {
            return this.memory;
        }
    }

    set stored(value) {
        try {
            browser.localStorage.setItem(this.storageKey, JSON.stringify(value));
        } catch {
            // a full or forbidden storage: the upload resumes as long as the page is open
            this.memory = value;
        }
    }

    forget() {
        this.url = this.memory = undefined;
        browser.localStorage.removeItem(this.storageKey);
    }

    // -- errors

    async fetch(url, options) {
        try {
            return await fetch(url, {
                ...options,
                headers: {...options.headers, Accept: "application/json"},
            });
        } catch {
            throw this.makeError(0);
        }
    }

    async readError(response) {
        const after = response.headers.get("Retry-After");
        return this.makeError(response.status, await response.text(), after);
    }

    makeError(status, body = "", retryAfter = "") {
        let answer = {};
        try {
            answer = JSON.parse(body);
        } catch {
            // not ours: a proxy's page, say
        }
        const error = status
            ? new UploadError(
                  answer.error || "server",
                  answer.message || tryAgainMessage()
              )
            : new UploadError("connection", connectionMessage());
        const isTurn = answer.error === "too_many_requests";
        // our own 429 is for an hour; one that is not ours is a proxy's, for a moment
        const isProxys = status === 429 && !answer.error;
        // staff have locked it, which lasts: no moment's matter, as of who else says 423
        const isLocked = answer.error === "document_locked";
        const isPassing = RETRY_STATUSES.includes(status) && !isLocked;
        error.canRetry = isPassing || isTurn || isProxys;
        error.reason = BUSY_STATUSES.includes(status) ? "busy" : "connection";
        error.reason = isTurn ? "turn" : error.reason;
        error.delay = Math.min((parseInt(retryAfter) || 0) * 1000, LONGEST_DELAY);
        return error;
    }

    makeCancelled() {
        return new UploadError("cancelled", _t("The upload was cancelled."));
    }
}
