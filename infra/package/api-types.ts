/** Generated from the OpenAPI document by `npm run openapi`. */

export interface paths {
    "/revalidations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Request a re-validation
         * @description With `upload`, the answer has a form, and the upload starts the case. With `media`, the case starts at once, on an object under `media/`. With `capture`, the media is made on the capture page, which `captureUrl` opens; `live` is for speech. Without `userAuthorized` the page asks the person first.
         */
        post: operations["StartRevalidation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/revalidations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a re-validation
         * @description Its status, and after its end its outcome.
         */
        get: operations["ReadRevalidation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/accounts/{accountId}/revalidations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the re-validations of a person
         * @description Claimed cases only, newest first.
         */
        get: operations["ListRevalidations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/revalidations/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a re-validation
         * @description If nothing is decided yet. Truora still charges what it has begun.
         */
        post: operations["CancelRevalidation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/accounts/{accountId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Erase a person
         * @description Stops open cases and deletes what is held about the person, here and at Truora. The same call later gives the certificate, an SD-JWT that the command `verify` checks. The account id is refused from then on. Not for a token of one account.
         */
        delete: operations["EraseAccount"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/revalidations/{id}/alternative": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take another way
         * @description The person takes another way than the face. If nothing is decided yet, the case ends as `alternative_required`, and its event names the other way.
         */
        post: operations["ChooseAlternative"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/consents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Record a consent
         * @description Records that a person agreed to a text of the deployment, and gives the receipt. The same body gives the same receipt.
         */
        post: operations["GiveConsent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/consents/{id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke a consent
         * @description From then on nothing is paid for or sent under it. Each open case under it ends as `alternative_required`, and its media is deleted.
         */
        post: operations["RevokeConsent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/accounts/{accountId}/consents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the consents of a person
         * @description All receipts, newest first, also those that were revoked.
         */
        get: operations["ListConsents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/capture/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Open a capture link
         * @description The token is what follows `#` in `captureUrl`. It opens once, within ten minutes. The session is sent with the other calls, as `Authorization: Bearer`.
         */
        post: operations["OpenCapture"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/capture": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the case of a session
         * @description What the person may see, and what to do now. Read it every two seconds while the person waits.
         */
        get: operations["ReadCapture"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/capture/consent": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Agree to a text of consent
         * @description Records a receipt of consent to one of `texts`, and starts a live capture. A repeat changes nothing.
         */
        post: operations["AgreeToCapture"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/capture/upload": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get a form to upload with
         * @description For the one key of the case, and the type that the camera makes. The upload itself is the drop.
         */
        post: operations["GiveCaptureForm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/capture/alternative": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Do not agree, or take another way
         * @description If nothing is decided yet, the case ends as `alternative_required`.
         */
        post: operations["LeaveCapture"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/revalidations/{id}/evidence": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the evidence of an ended re-validation
         * @description A signed record for auditors: an SD-JWT (RFC 9901, ES256). The command `verify` checks it without a network. Not for a token of one account.
         */
        get: operations["ReadEvidence"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/jwks.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the keys of evidence
         * @description The public keys: the one that signs, and older ones. An answer may be kept for five minutes.
         */
        get: operations["ReadJwks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/days/{day}/cases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the cases of a day
         * @description Claimed cases only, newest first. With the setting `console`, and not for a token of one account.
         */
        get: operations["ListCases"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/days/{day}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the numbers of a day
         * @description Of the cases that were claimed on it, as they are now. With the setting `console`, and not for a token of one account.
         */
        get: operations["ReadDay"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/revalidations/{id}/case": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a case as an operator
         * @description With its attempts, its orphans and the states that its execution has entered; never media. With the setting `console`, and not for a token of one account.
         */
        get: operations["ReadCase"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/revalidations/{id}/follow-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Follow up a case now
         * @description Makes the next sweep follow up an open case, or one that was not announced. Nothing is charged. With the setting `console`, and not for a token of one account.
         */
        post: operations["FollowUpCase"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the health of the deployment
         * @description What is due, the throttle before Truora, the last runs of the jobs, and the age of the Truora key. With the setting `console`, and not for a token of one account.
         */
        get: operations["ReadHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/campaigns": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the campaigns
         * @description Newest first. Only in a deployment with the setting `campaigns`, and not for a token of one account.
         */
        get: operations["ListCampaigns"];
        put?: never;
        /**
         * Plan a campaign
         * @description Reads a manifest in the media bucket and checks each row as far as it is free. It spends nothing. The same call about the same version of the manifest is the same campaign. Only in a deployment with the setting `campaigns`, and not for a token of one account.
         */
        post: operations["PlanCampaign"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/campaigns/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a campaign
         * @description Its status, its counts, and when its last row gets its turn. Only in a deployment with the setting `campaigns`, and not for a token of one account.
         */
        get: operations["ReadCampaign"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/campaigns/{id}/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Start a campaign
         * @description Begins the rows that can run. From then on validations are paid for. A repeat changes nothing, and starts the work again where it was stopped. Only in a deployment with the setting `campaigns`, and not for a token of one account.
         */
        post: operations["StartCampaign"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/campaigns/{id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pause a campaign
         * @description Begins no more rows. Rows that have their turn go on to their end. A repeat changes nothing, and starts the work again where it was stopped. Only in a deployment with the setting `campaigns`, and not for a token of one account.
         */
        post: operations["PauseCampaign"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/campaigns/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume a campaign
         * @description Goes on with the rows that have not ended. A repeat changes nothing, and starts the work again where it was stopped. Only in a deployment with the setting `campaigns`, and not for a token of one account.
         */
        post: operations["ResumeCampaign"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/campaigns/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a campaign
         * @description Begins no more rows. Rows that have their turn go on to their end. A repeat changes nothing, and starts the work again where it was stopped. Only in a deployment with the setting `campaigns`, and not for a token of one account.
         */
        post: operations["CancelCampaign"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/truora": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Receive a webhook of Truora
         * @description The body is a JWT that is signed with the key of the rule. Only Truora calls this.
         */
        post: operations["ReceiveWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        TicketBody: {
            accountId: components["schemas"]["AccountId"];
            enrollmentId: components["schemas"]["TruoraId"];
            /** @constant */
            userAuthorized: true;
            upload: {
                /** @enum {string} */
                type: "image/jpeg" | "image/png" | "image/webp" | "video/webm" | "video/mp4" | "video/x-msvideo" | "video/quicktime";
                bytes?: number;
            };
            options?: components["schemas"]["Options"];
            purpose?: string;
            consentReceiptId?: components["schemas"]["ConsentReceiptId"];
            reference?: string;
        };
        CaptureBody: {
            accountId: components["schemas"]["AccountId"];
            enrollmentId: components["schemas"]["TruoraId"];
            /** @constant */
            userAuthorized?: true;
            capture: true | "live";
            upload?: {
                /** @enum {string} */
                type: "image/jpeg" | "image/png" | "image/webp" | "video/webm" | "video/mp4" | "video/x-msvideo" | "video/quicktime";
                bytes?: number;
            };
            country?: string;
            options?: components["schemas"]["Options"];
            purpose?: string;
            consentReceiptId?: components["schemas"]["ConsentReceiptId"];
            reference?: string;
        };
        StartBody: {
            accountId: components["schemas"]["AccountId"];
            enrollmentId: components["schemas"]["TruoraId"];
            /** @constant */
            userAuthorized: true;
            media: {
                key: string;
                versionId?: string;
            };
            options?: components["schemas"]["Options"];
            purpose?: string;
            consentReceiptId?: components["schemas"]["ConsentReceiptId"];
            reference?: string;
            forceNew?: {
                reason: string;
            };
            maxAgeSeconds?: number;
        };
        Started: {
            revalidationId: components["schemas"]["RevalidationId"];
            accountId?: components["schemas"]["AccountId"];
            enrollmentId?: components["schemas"]["TruoraId"];
            reference?: string;
            purpose?: string;
            policyVersion?: string;
            consentReceiptId?: components["schemas"]["ConsentReceiptId"];
            requested?: components["schemas"]["Options"];
            used?: {
                deadline: components["schemas"]["Timestamp"];
                threshold?: number;
                recordBefore?: components["schemas"]["Timestamp"];
                recordUntil?: components["schemas"]["Timestamp"];
            };
            validationId?: components["schemas"]["TruoraId"];
            receipt?: components["schemas"]["Receipt"];
            outcome?: components["schemas"]["Outcome"];
            amendments?: components["schemas"]["Amendment"][];
            linkedTo?: components["schemas"]["RevalidationId"];
            forceNew?: {
                reason: string;
            };
            calledBy?: string;
            canceledBy?: string;
            endedBy?: string;
            status: components["schemas"]["CaseStatus"];
            /** @enum {string} */
            phase: "awaiting_consent" | "awaiting_upload" | "accepted" | "claimed" | "created" | "moved" | "approved" | "declined" | "expired" | "refused" | "failed" | "canceled" | "alternative_required";
            claimedAt?: components["schemas"]["Timestamp"];
            trail?: {
                /** @enum {string} */
                phase: "claimed" | "created" | "moved" | "approved" | "declined" | "expired" | "refused" | "failed" | "canceled" | "alternative_required";
                at: components["schemas"]["Timestamp"];
            }[];
            phrase?: string;
            recordBefore?: components["schemas"]["Timestamp"];
            repeats?: number;
            /** @constant */
            isRepeat?: true;
            upload?: components["schemas"]["UploadForm"];
            captureUrl?: string;
        };
        Revalidation: {
            revalidationId: components["schemas"]["RevalidationId"];
            accountId?: components["schemas"]["AccountId"];
            enrollmentId?: components["schemas"]["TruoraId"];
            reference?: string;
            purpose?: string;
            policyVersion?: string;
            consentReceiptId?: components["schemas"]["ConsentReceiptId"];
            requested?: components["schemas"]["Options"];
            used?: {
                deadline: components["schemas"]["Timestamp"];
                threshold?: number;
                recordBefore?: components["schemas"]["Timestamp"];
                recordUntil?: components["schemas"]["Timestamp"];
            };
            validationId?: components["schemas"]["TruoraId"];
            receipt?: components["schemas"]["Receipt"];
            outcome?: components["schemas"]["Outcome"];
            amendments?: components["schemas"]["Amendment"][];
            linkedTo?: components["schemas"]["RevalidationId"];
            forceNew?: {
                reason: string;
            };
            calledBy?: string;
            canceledBy?: string;
            endedBy?: string;
            status: components["schemas"]["CaseStatus"];
            /** @enum {string} */
            phase: "awaiting_consent" | "awaiting_upload" | "accepted" | "claimed" | "created" | "moved" | "approved" | "declined" | "expired" | "refused" | "failed" | "canceled" | "alternative_required";
            claimedAt?: components["schemas"]["Timestamp"];
            trail?: {
                /** @enum {string} */
                phase: "claimed" | "created" | "moved" | "approved" | "declined" | "expired" | "refused" | "failed" | "canceled" | "alternative_required";
                at: components["schemas"]["Timestamp"];
            }[];
            phrase?: string;
            recordBefore?: components["schemas"]["Timestamp"];
            repeats?: number;
        };
        RevalidationPage: {
            revalidations: components["schemas"]["Revalidation"][];
            cursor?: string;
        };
        PersonStarted: {
            revalidationId: components["schemas"]["RevalidationId"];
            status: components["schemas"]["CaseStatus"];
            /** @enum {string} */
            reasonClass?: "capture" | "no_match" | "liveness" | "speech" | "spent" | "not_finished" | "enrollment" | "consent" | "alternative" | "ours_or_vendor" | "request" | "unclear";
            message?: string;
            /** @enum {string} */
            retry?: "new_capture" | "never" | "later" | "now";
            /** @enum {string} */
            nextStep?: "new_capture" | "ask_for_review" | "try_later" | "start_again" | "register_face" | "give_permission" | "use_other_way";
            phrase?: string;
            recordBefore?: components["schemas"]["Timestamp"];
            upload?: components["schemas"]["UploadForm"];
            captureUrl?: string;
        };
        PersonRevalidation: {
            revalidationId: components["schemas"]["RevalidationId"];
            status: components["schemas"]["CaseStatus"];
            /** @enum {string} */
            reasonClass?: "capture" | "no_match" | "liveness" | "speech" | "spent" | "not_finished" | "enrollment" | "consent" | "alternative" | "ours_or_vendor" | "request" | "unclear";
            message?: string;
            /** @enum {string} */
            retry?: "new_capture" | "never" | "later" | "now";
            /** @enum {string} */
            nextStep?: "new_capture" | "ask_for_review" | "try_later" | "start_again" | "register_face" | "give_permission" | "use_other_way";
            phrase?: string;
            recordBefore?: components["schemas"]["Timestamp"];
        };
        PersonPage: {
            revalidations: components["schemas"]["PersonRevalidation"][];
            cursor?: string;
        };
        ConsentBody: {
            accountId: components["schemas"]["AccountId"];
            purpose: string;
            country: string;
            /** @enum {string} */
            language: "es" | "pt" | "en";
            textVersion: string;
            textSha256?: string;
            channel: string;
            method: string;
            /** @constant */
            optionalStated: true;
            alternativeOffered: boolean;
            givenAt: components["schemas"]["Timestamp"];
            validUntil: components["schemas"]["Timestamp"];
        };
        ConsentReceipt: {
            receiptId: components["schemas"]["ConsentReceiptId"];
            accountId: components["schemas"]["AccountId"];
            purpose: string;
            country: string;
            /** @enum {string} */
            language: "es" | "pt" | "en";
            textVersion: string;
            textSha256: string;
            channel: string;
            method: string;
            /** @constant */
            optionalStated: true;
            alternativeOffered: boolean;
            givenAt: components["schemas"]["Timestamp"];
            validUntil: components["schemas"]["Timestamp"];
            textId: string;
            recipients: string[];
            dataCategories: string[];
            recordedAt: components["schemas"]["Timestamp"];
            recordedBy: string;
            revokedAt?: components["schemas"]["Timestamp"];
            revokedBy?: string;
        };
        ConsentList: {
            consents: components["schemas"]["ConsentReceipt"][];
        };
        CaptureLinkBody: {
            token: string;
        };
        CaptureSession: {
            revalidationId: components["schemas"]["RevalidationId"];
            status: components["schemas"]["CaseStatus"];
            /** @enum {string} */
            reasonClass?: "capture" | "no_match" | "liveness" | "speech" | "spent" | "not_finished" | "enrollment" | "consent" | "alternative" | "ours_or_vendor" | "request" | "unclear";
            message?: string;
            /** @enum {string} */
            retry?: "new_capture" | "never" | "later" | "now";
            /** @enum {string} */
            nextStep?: "new_capture" | "ask_for_review" | "try_later" | "start_again" | "register_face" | "give_permission" | "use_other_way";
            phrase?: string;
            recordBefore?: components["schemas"]["Timestamp"];
            /** @enum {string} */
            step: "consent" | "starting" | "record" | "checking" | "ended";
            /** @enum {string} */
            record: "photo" | "video" | "speech";
            purpose: string;
            texts?: {
                purpose: string;
                country: string;
                /** @enum {string} */
                language: "es" | "pt" | "en";
                textVersion: string;
                textSha256: string;
            }[];
            alternative?: {
                /** Format: uri */
                url?: string;
                text?: string;
            };
            session: string;
            sessionExpiresAt: components["schemas"]["Timestamp"];
        };
        CaptureView: {
            revalidationId: components["schemas"]["RevalidationId"];
            status: components["schemas"]["CaseStatus"];
            /** @enum {string} */
            reasonClass?: "capture" | "no_match" | "liveness" | "speech" | "spent" | "not_finished" | "enrollment" | "consent" | "alternative" | "ours_or_vendor" | "request" | "unclear";
            message?: string;
            /** @enum {string} */
            retry?: "new_capture" | "never" | "later" | "now";
            /** @enum {string} */
            nextStep?: "new_capture" | "ask_for_review" | "try_later" | "start_again" | "register_face" | "give_permission" | "use_other_way";
            phrase?: string;
            recordBefore?: components["schemas"]["Timestamp"];
            /** @enum {string} */
            step: "consent" | "starting" | "record" | "checking" | "ended";
            /** @enum {string} */
            record: "photo" | "video" | "speech";
            purpose: string;
            texts?: {
                purpose: string;
                country: string;
                /** @enum {string} */
                language: "es" | "pt" | "en";
                textVersion: string;
                textSha256: string;
            }[];
            alternative?: {
                /** Format: uri */
                url?: string;
                text?: string;
            };
        };
        CaptureConsentBody: {
            country: string;
            /** @enum {string} */
            language: "es" | "pt" | "en";
            textVersion: string;
            textSha256: string;
        };
        CaptureFormBody: {
            /** @enum {string} */
            type?: "image/jpeg" | "image/png" | "image/webp" | "video/webm" | "video/mp4" | "video/x-msvideo" | "video/quicktime";
        };
        Problem: {
            type: string;
            title: string;
            status: number;
            detail?: string;
            /** @enum {string} */
            code: "body_malformed" | "signature_invalid" | "capture_link_invalid" | "subject_missing" | "account_forbidden" | "revalidation_unknown" | "consent_receipt_unknown" | "already_decided" | "legal_hold" | "account_erased" | "nothing_to_record" | "campaign_unknown" | "campaign_state" | "manifest_changed" | "not_ended" | "claimed_elsewhere" | "already_asked_otherwise" | "answer_too_old" | "body_too_large" | "content_type_unsupported" | "request_invalid" | "idempotency_key_reused" | "consent_missing" | "consent_unknown" | "consent_wrong_purpose" | "consent_expired" | "consent_revoked" | "consent_text_unknown" | "speech_match_needs_live_capture" | "retry_not_allowed" | "retry_unknown" | "retry_not_declined" | "retry_needs_liveness" | "retry_other_purpose" | "retry_too_late" | "retries_used_up" | "threshold_below_policy" | "purpose_unknown" | "media_empty" | "media_too_large" | "media_type_not_supported" | "media_unreadable" | "media_incomplete" | "media_too_small" | "media_without_video" | "media_without_sound" | "media_too_long" | "photo_cannot_prove_liveness" | "media_gone" | "media_changed" | "manifest_gone" | "manifest_too_large" | "plan_outlives_media" | "unexpected";
            errors?: {
                path: string;
                /** @enum {string} */
                code: "missing" | "wrong_type" | "out_of_range" | "not_one_of" | "malformed" | "unknown_field" | "rule";
                detail: string;
            }[];
        };
        PersonProblem: {
            /** @constant */
            type: "about:blank";
            title: string;
            status: number;
            /** @enum {string} */
            reasonClass: "capture" | "no_match" | "liveness" | "speech" | "spent" | "not_finished" | "enrollment" | "consent" | "alternative" | "ours_or_vendor" | "request" | "unclear";
            message: string;
            /** @enum {string} */
            retry: "new_capture" | "never" | "later" | "now";
            /** @enum {string} */
            nextStep: "new_capture" | "ask_for_review" | "try_later" | "start_again" | "register_face" | "give_permission" | "use_other_way";
        };
        Jwks: {
            keys: {
                /** @constant */
                kty: "EC";
                /** @constant */
                crv: "P-256";
                x: string;
                y: string;
                kid: string;
                /** @constant */
                alg: "ES256";
                /** @constant */
                use: "sig";
            }[];
        };
        Evidence: string;
        ErasureAnswer: {
            /** @enum {string} */
            status: "erasing" | "erased";
            person: string;
            requestedAt: components["schemas"]["Timestamp"];
            finishedAt?: components["schemas"]["Timestamp"];
            nextAt?: components["schemas"]["Timestamp"];
            enrollmentsLeft: number;
            erased: {
                /** @default 0 */
                records: number;
                /** @default 0 */
                canceled: number;
                /** @default 0 */
                tickets: number;
                /** @default 0 */
                idempotencyKeys: number;
                /** @default 0 */
                consents: number;
                /** @default 0 */
                others: number;
                /** @default 0 */
                media: number;
                /** @default 0 */
                evidence: number;
                /** @default 0 */
                enrollments: number;
            };
            certificate?: string;
        };
        OperatorCase: {
            case: components["schemas"]["Revalidation"];
            media?: {
                /** @enum {string} */
                type: "image/jpeg" | "image/png" | "image/webp" | "video/webm" | "video/mp4" | "video/x-msvideo" | "video/quicktime";
                bytes: number;
            };
            attempts: {
                n: number;
                at: components["schemas"]["Timestamp"];
                /** @enum {string} */
                result: "created" | "adopted" | "orphaned" | "not_found" | "blind" | "unconfirmed";
                validationId?: components["schemas"]["TruoraId"];
            }[];
            orphans: components["schemas"]["TruoraId"][];
            askedAgain: number;
            announcedAt?: components["schemas"]["Timestamp"];
            followUpAt?: components["schemas"]["Timestamp"];
            erasedAt?: components["schemas"]["Timestamp"];
            /** @enum {string} */
            execution: "none" | "running" | "ended";
            states: {
                name: string;
                at: components["schemas"]["Timestamp"];
                failures: number;
            }[];
        };
        DayNumbers: {
            /** Format: date */
            day: string;
            isComplete: boolean;
            funnel: {
                claimed: number;
                created: number;
                moved: number;
                decided: number;
                approved: number;
            };
            open: number;
            ended: {
                approved: number;
                declined: number;
                expired: number;
                refused: number;
                failed: number;
                canceled: number;
                alternative_required: number;
            };
            reasons: {
                reason: string;
                /** @enum {string} */
                status: "approved" | "declined" | "expired" | "refused" | "failed" | "canceled" | "alternative_required";
                /** @enum {string} */
                class: "capture" | "no_match" | "liveness" | "speech" | "fraud" | "spent" | "not_finished" | "enrollment" | "consent" | "alternative" | "ours_or_vendor" | "request" | "unclear";
                count: number;
            }[];
            decidedBy: {
                webhook: number;
                poll: number;
                amended: number;
            };
            secondsToVerdict?: {
                p50: number;
                p95: number;
            };
            hours: {
                approved: number;
                declined: number;
                other: number;
            }[];
            spend: {
                charges: number;
                orphans: number;
                counted: number;
                budget?: number;
            };
        };
        Health: {
            at: components["schemas"]["Timestamp"];
            followUps: {
                due: number;
                overdue: number;
                oldest?: components["schemas"]["Timestamp"];
            };
            throttle: {
                isClosed: boolean;
                reason?: string;
                notBefore?: components["schemas"]["Timestamp"];
                callsToday: number;
                budget?: number;
            };
            jobs: {
                name: string;
                at: components["schemas"]["Timestamp"];
                seen: number;
                failed: number;
            }[];
            deadLetters: {
                /** @enum {string} */
                queue: "drops" | "jobs" | "evidence";
                messages?: number;
            }[];
            keyDays?: number;
        };
        CampaignBody: {
            manifest: {
                key: string;
                versionId?: string;
            };
            purpose: string;
            /** @default 1 */
            pace: number;
        };
        CampaignView: {
            campaignId: components["schemas"]["CampaignId"];
            /** @enum {string} */
            status: "planning" | "planned" | "running" | "pausing" | "paused" | "canceling" | "refused" | "ended" | "canceled";
            purpose: string;
            policyVersion: string;
            createdAt: components["schemas"]["Timestamp"];
            createdBy: string;
            changedBy?: string;
            pace: number;
            askedPace: number;
            /** @enum {string} */
            reason?: "manifest_gone" | "manifest_empty" | "manifest_without_header" | "manifest_unknown_column" | "manifest_encoding" | "manifest_malformed" | "manifest_too_many_rows" | "no_row_can_run" | "plan_outlives_media";
            line?: number;
            plannedAt?: components["schemas"]["Timestamp"];
            startedAt?: components["schemas"]["Timestamp"];
            endedAt?: components["schemas"]["Timestamp"];
            mediaUntil?: components["schemas"]["Timestamp"];
            manifest: {
                key: string;
                versionId: string;
                sha256?: string;
            };
            counts: {
                rows: number;
                runnable: number;
                refused: {
                    [key: string]: number;
                };
                turns: number;
                ended: number;
                byStatus: {
                    [key: string]: number;
                };
            };
            endsAt?: components["schemas"]["Timestamp"];
        };
        CampaignList: {
            campaigns: components["schemas"]["CampaignView"][];
        };
        CampaignId: string;
        GatewayError: {
            message: string;
        };
        Options: {
            threshold?: number;
            /** @enum {string} */
            liveness?: "passive" | "disabled";
            subvalidations?: ("similarity" | "passive_liveness" | "speech_match")[];
            retryOf?: components["schemas"]["TruoraId"];
            /** @enum {string} */
            minimumPrecision?: "very_high" | "high" | "medium" | "low";
            timeoutSeconds?: number;
            /** @enum {string} */
            resultMode?: "callback" | "poll";
        };
        Outcome: {
            revalidationId: components["schemas"]["RevalidationId"];
            /** @enum {string} */
            status: "approved" | "declined" | "expired" | "refused" | "failed" | "canceled" | "alternative_required";
            reason?: string;
            detail?: string;
            rawReason?: string;
            mismatch?: ("validation_id" | "account_id" | "type" | "enrollment_id" | "failure_status" | "declined_reason" | "expired_reason" | "threshold" | "similarity" | "passive_liveness" | "speech_match")[];
            reference?: string;
            accountId?: components["schemas"]["AccountId"];
            enrollmentId?: components["schemas"]["TruoraId"];
            validationId?: components["schemas"]["TruoraId"];
            similarity?: number;
            threshold?: number;
            purpose?: string;
            policyVersion?: string;
            faceSearch?: {
                status?: string;
                similarity?: number;
            };
            alternative?: {
                /** Format: uri */
                url?: string;
                text?: string;
            };
            /** @enum {string} */
            decidedBy: "webhook" | "poll" | "workflow" | "caller";
            claimedAt?: components["schemas"]["Timestamp"];
            movedAt?: components["schemas"]["Timestamp"];
            decidedAt: components["schemas"]["Timestamp"];
            /** @constant */
            isRepeat?: true;
        };
        Amendment: {
            rawReason?: string;
            mismatch?: ("validation_id" | "account_id" | "type" | "enrollment_id" | "failure_status" | "declined_reason" | "expired_reason" | "threshold" | "similarity" | "passive_liveness" | "speech_match")[];
            detail?: string;
            similarity?: number;
            threshold?: number;
            faceSearch?: {
                status?: string;
                similarity?: number;
            };
            /** @enum {string} */
            status: "approved" | "declined" | "expired" | "failed" | "alternative_required";
            /** @enum {string} */
            reason?: "similarity_threshold_not_passed" | "passive_liveness_verification_not_passed" | "no_face_detected" | "face_not_detected" | "liveness_verification_not_passed" | "speech_match_verification_not_passed" | "speech_match_threshold_not_passed" | "photo_of_photo" | "invalid_video_file" | "invalid_file_format" | "file_format_not_supported" | "empty_input_file" | "face_in_blocklist" | "fraudster_face_match_in_client_collection" | "user_face_match_in_client_collection" | "user_face_match_in_fraud_collection" | "risky_face_detected" | "risk_signal_detected" | "face_validation_failed" | "max_retries_reached" | "no_face_media_uploaded" | "validation_expired" | "validation_not_finished" | "abandoned_without_using_retries" | "canceled" | "input_file_not_uploaded" | "manual_review_expired" | "face_validation_not_started" | "pending_validation_methods" | "unknown_reason" | "undecided_at_deadline" | "system_error" | "verdict_mismatch" | "verdict_of_another_enrollment" | "verdict_unconfirmed";
            /** @enum {string} */
            verdict?: "approved" | "declined" | "expired" | "failed";
            at: components["schemas"]["Timestamp"];
            /** @enum {string} */
            from: "webhook" | "sweep";
        };
        Receipt: {
            bytes: number;
            sha256: string;
            movedAt: components["schemas"]["Timestamp"];
        };
        UploadForm: {
            url: string;
            fields: {
                [key: string]: string;
            };
            expiresAt: components["schemas"]["Timestamp"];
        };
        /** @enum {string} */
        CaseStatus: "pending" | "approved" | "declined" | "expired" | "refused" | "failed" | "canceled" | "alternative_required";
        AccountId: string;
        RevalidationId: string;
        ConsentReceiptId: string;
        TruoraId: string;
        /** Format: date-time */
        Timestamp: string;
    };
    responses: {
        /** @description From API Gateway: The token is missing, has expired or is not genuine. */
        Unauthorized: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "message": "Unauthorized"
                 *     }
                 */
                "application/json": components["schemas"]["GatewayError"];
            };
        };
        /** @description From API Gateway: The request is above 10 MB. */
        TooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "message": "Request Entity Too Large"
                 *     }
                 */
                "application/json": components["schemas"]["GatewayError"];
            };
        };
        /** @description From API Gateway: There are more calls than the stage allows. */
        TooManyRequests: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "message": "Too Many Requests"
                 *     }
                 */
                "application/json": components["schemas"]["GatewayError"];
            };
        };
        /** @description From API Gateway: The function is throttled or took too long. */
        Unavailable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "message": "Service Unavailable"
                 *     }
                 */
                "application/json": components["schemas"]["GatewayError"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: {
        /** @description The language of the messages for a person. */
        "Content-Language": string;
        /** @description The path of the case, below the server. */
        Location: string;
        /** @description Seconds after which to read the case, or to repeat the call. Absent when the case has ended. */
        "Retry-After": number;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    StartRevalidation: {
        parameters: {
            query?: never;
            header?: {
                /** @description The languages of the person, for the messages: es, pt or en; es without any of them. A token that is tied to one account is a person’s. */
                "Accept-Language"?: string;
                /** @description In quotes (as in the IETF draft) or without. The same key with the same body is the same re-validation for 90 days, or as long as records are kept if that is shorter. Keys belong to their caller. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TicketBody"] | components["schemas"]["CaptureBody"] | components["schemas"]["StartBody"];
            };
        };
        responses: {
            /** @description It was claimed before. */
            200: {
                headers: {
                    Location: components["headers"]["Location"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "Content-Language": components["headers"]["Content-Language"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Started"] | components["schemas"]["PersonStarted"];
                };
            };
            /** @description It is accepted. */
            202: {
                headers: {
                    Location: components["headers"]["Location"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "Content-Language": components["headers"]["Content-Language"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Started"] | components["schemas"]["PersonStarted"];
                };
            };
            /** @description The body is not JSON. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description The token names no subject. Or: The caller may not see this account. Or from API Gateway: The signature or the scope does not allow the call. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Forbidden"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            /** @description There is no such re-validation. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            /** @description The media was asked about with another request. Or: The existing answer is older than the request allows. Or: Another request with the same key is in progress. */
            409: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            /** @description The person of this account id was erased. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            /** @description The body is too large. Or from API Gateway: The request is above 10 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Request Entity Too Large"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            /** @description The body must be application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            /** @description The request breaks a rule. Or: The consent of the person is missing. Or: The person has no such receipt of consent. Or: The consent is for another purpose. Or: The time of the consent is over. Or: The consent was revoked. Or: Speech cannot be matched from a file. Or: The key was used with another request. Or: Linked retries are switched off. Or: The validation to retry is not of this person. Or: Only what was declined can be retried. Or: Only a passive liveness check can be retried. Or: The time for a retry is over. Or: The validation to retry had another purpose. Or: There is no retry left. Or: The threshold is below the floor of its policy. Or: There is no policy for this purpose. Or: The media is empty. Or: The media is too large. Or: The media type is not supported. Or: The media cannot be read. Or: The media is incomplete. Or: The media has too few pixels. Or: The media holds no video. Or: The media holds no sound. Or: The media lasts too long. Or: A photo cannot prove liveness. Or: There is no such media. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description The server failed. Or from API Gateway: The function failed. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Internal Server Error"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            503: components["responses"]["Unavailable"];
        };
    };
    ReadRevalidation: {
        parameters: {
            query?: never;
            header?: {
                /** @description The languages of the person, for the messages: es, pt or en; es without any of them. A token that is tied to one account is a person’s. */
                "Accept-Language"?: string;
            };
            path: {
                /** @description The id of the re-validation. */
                id: components["schemas"]["RevalidationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The current state. */
            200: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    "Content-Language": components["headers"]["Content-Language"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Revalidation"] | components["schemas"]["PersonRevalidation"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description The token names no subject. Or: The caller may not see this account. Or from API Gateway: The signature or the scope does not allow the call. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Forbidden"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            /** @description There is no such re-validation. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            413: components["responses"]["TooLarge"];
            429: components["responses"]["TooManyRequests"];
            /** @description The server failed. Or from API Gateway: The function failed. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Internal Server Error"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            503: components["responses"]["Unavailable"];
        };
    };
    ListRevalidations: {
        parameters: {
            query?: {
                /** @description Only cases of this status. */
                status?: "pending" | "approved" | "declined" | "expired" | "refused" | "failed" | "canceled" | "alternative_required";
                /** @description Only cases that were claimed at this time or later. */
                since?: string;
                /** @description Only cases that were claimed before this time. */
                until?: string;
                /** @description The most entries of a page. A page with a cursor may have fewer, or none. */
                limit?: number;
                /** @description The cursor of the previous page, with the same other parameters. */
                cursor?: string;
            };
            header?: {
                /** @description The languages of the person, for the messages: es, pt or en; es without any of them. A token that is tied to one account is a person’s. */
                "Accept-Language"?: string;
            };
            path: {
                /** @description The person. */
                accountId: components["schemas"]["AccountId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    "Content-Language": components["headers"]["Content-Language"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RevalidationPage"] | components["schemas"]["PersonPage"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description The token names no subject. Or: The caller may not see this account. Or from API Gateway: The signature or the scope does not allow the call. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Forbidden"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            413: components["responses"]["TooLarge"];
            /** @description The request breaks a rule. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description The server failed. Or from API Gateway: The function failed. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Internal Server Error"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            503: components["responses"]["Unavailable"];
        };
    };
    CancelRevalidation: {
        parameters: {
            query?: never;
            header?: {
                /** @description The languages of the person, for the messages: es, pt or en; es without any of them. A token that is tied to one account is a person’s. */
                "Accept-Language"?: string;
            };
            path: {
                /** @description The id of the re-validation. */
                id: components["schemas"]["RevalidationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is canceled. */
            200: {
                headers: {
                    "Content-Language": components["headers"]["Content-Language"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Revalidation"] | components["schemas"]["PersonRevalidation"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description The token names no subject. Or: The caller may not see this account. Or from API Gateway: The signature or the scope does not allow the call. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Forbidden"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            /** @description There is no such re-validation. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            /** @description The re-validation has ended. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            413: components["responses"]["TooLarge"];
            429: components["responses"]["TooManyRequests"];
            /** @description The server failed. Or from API Gateway: The function failed. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Internal Server Error"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            503: components["responses"]["Unavailable"];
        };
    };
    EraseAccount: {
        parameters: {
            query?: {
                /** @description Why, in one word; the certificate shows it. */
                reason?: string;
            };
            header?: never;
            path: {
                /** @description The person. */
                accountId: components["schemas"]["AccountId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The person is erased. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "erased",
                     *       "person": "c0ffeec0ffeec0ffeec0ffeec0ffeec0ffeec0ffeec0ffeec0ffeec000000000",
                     *       "requestedAt": "2026-11-23T10:00:00.000Z",
                     *       "finishedAt": "2026-11-23T10:05:00.000Z",
                     *       "enrollmentsLeft": 0,
                     *       "erased": {
                     *         "records": 2,
                     *         "canceled": 0,
                     *         "tickets": 1,
                     *         "idempotencyKeys": 1,
                     *         "consents": 0,
                     *         "others": 0,
                     *         "media": 3,
                     *         "evidence": 2,
                     *         "enrollments": 1
                     *       },
                     *       "certificate": "HEADER.CLAIMS.SIGNATURE~"
                     *     }
                     */
                    "application/json": components["schemas"]["ErasureAnswer"];
                };
            };
            /** @description The erasure goes on. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "erasing",
                     *       "person": "c0ffeec0ffeec0ffeec0ffeec0ffeec0ffeec0ffeec0ffeec0ffeec000000000",
                     *       "requestedAt": "2026-11-23T10:00:00.000Z",
                     *       "nextAt": "2026-11-23T10:03:00.000Z",
                     *       "enrollmentsLeft": 1,
                     *       "erased": {
                     *         "records": 2,
                     *         "canceled": 0,
                     *         "tickets": 0,
                     *         "idempotencyKeys": 0,
                     *         "consents": 0,
                     *         "others": 0,
                     *         "media": 3,
                     *         "evidence": 2,
                     *         "enrollments": 0
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["ErasureAnswer"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description The token names no subject. Or: The caller may not see this account. Or from API Gateway: The signature or the scope does not allow the call. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Forbidden"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            /** @description A legal hold forbids the erasure. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            413: components["responses"]["TooLarge"];
            /** @description The request breaks a rule. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description The server failed. Or from API Gateway: The function failed. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Internal Server Error"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            503: components["responses"]["Unavailable"];
        };
    };
    ChooseAlternative: {
        parameters: {
            query?: never;
            header?: {
                /** @description The languages of the person, for the messages: es, pt or en; es without any of them. A token that is tied to one account is a person’s. */
                "Accept-Language"?: string;
            };
            path: {
                /** @description The id of the re-validation. */
                id: components["schemas"]["RevalidationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The face is no longer used. */
            200: {
                headers: {
                    "Content-Language": components["headers"]["Content-Language"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Revalidation"] | components["schemas"]["PersonRevalidation"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description The token names no subject. Or: The caller may not see this account. Or from API Gateway: The signature or the scope does not allow the call. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Forbidden"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            /** @description There is no such re-validation. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            /** @description The re-validation has ended. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            413: components["responses"]["TooLarge"];
            429: components["responses"]["TooManyRequests"];
            /** @description The server failed. Or from API Gateway: The function failed. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Internal Server Error"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            503: components["responses"]["Unavailable"];
        };
    };
    GiveConsent: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConsentBody"];
            };
        };
        responses: {
            /** @description The receipt. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "receiptId": "CNS91f261b9bbd116d54efbd7700145df1a",
                     *       "accountId": "ana",
                     *       "purpose": "transfer",
                     *       "country": "CO",
                     *       "language": "es",
                     *       "textVersion": "1",
                     *       "channel": "app",
                     *       "method": "checkbox",
                     *       "optionalStated": true,
                     *       "alternativeOffered": true,
                     *       "givenAt": "2026-11-23T09:59:00.000Z",
                     *       "validUntil": "2027-11-23T09:59:00.000Z",
                     *       "textId": "transfer.CO",
                     *       "textSha256": "0000000000000000000000000000000000000000000000000000000000000000",
                     *       "recipients": [
                     *         "Truora"
                     *       ],
                     *       "dataCategories": [
                     *         "face_photo_or_video",
                     *         "face_biometrics"
                     *       ],
                     *       "recordedAt": "2026-11-23T09:59:01.000Z",
                     *       "recordedBy": "iam:arn:aws:sts::111122223333:assumed-role/Onboarding"
                     *     }
                     */
                    "application/json": components["schemas"]["ConsentReceipt"];
                };
            };
            /** @description The body is not JSON. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description The token names no subject. Or: The caller may not see this account. Or from API Gateway: The signature or the scope does not allow the call. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Forbidden"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            /** @description The body is too large. Or from API Gateway: The request is above 10 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Request Entity Too Large"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            /** @description The body must be application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            /** @description The request breaks a rule. Or: There is no such text of consent. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description The server failed. Or from API Gateway: The function failed. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Internal Server Error"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            503: components["responses"]["Unavailable"];
        };
    };
    RevokeConsent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the receipt. */
                id: components["schemas"]["ConsentReceiptId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is revoked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "receiptId": "CNS91f261b9bbd116d54efbd7700145df1a",
                     *       "accountId": "ana",
                     *       "purpose": "transfer",
                     *       "country": "CO",
                     *       "language": "es",
                     *       "textVersion": "1",
                     *       "channel": "app",
                     *       "method": "checkbox",
                     *       "optionalStated": true,
                     *       "alternativeOffered": true,
                     *       "givenAt": "2026-11-23T09:59:00.000Z",
                     *       "validUntil": "2027-11-23T09:59:00.000Z",
                     *       "textId": "transfer.CO",
                     *       "textSha256": "0000000000000000000000000000000000000000000000000000000000000000",
                     *       "recipients": [
                     *         "Truora"
                     *       ],
                     *       "dataCategories": [
                     *         "face_photo_or_video",
                     *         "face_biometrics"
                     *       ],
                     *       "recordedAt": "2026-11-23T09:59:01.000Z",
                     *       "recordedBy": "iam:arn:aws:sts::111122223333:assumed-role/Onboarding",
                     *       "revokedAt": "2026-11-23T10:00:07.000Z",
                     *       "revokedBy": "iam:arn:aws:sts::111122223333:assumed-role/Onboarding"
                     *     }
                     */
                    "application/json": components["schemas"]["ConsentReceipt"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description The token names no subject. Or: The caller may not see this account. Or from API Gateway: The signature or the scope does not allow the call. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Forbidden"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            /** @description There is no such receipt of consent. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            413: components["responses"]["TooLarge"];
            429: components["responses"]["TooManyRequests"];
            /** @description The server failed. Or from API Gateway: The function failed. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Internal Server Error"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            503: components["responses"]["Unavailable"];
        };
    };
    ListConsents: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The person. */
                accountId: components["schemas"]["AccountId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The receipts. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "consents": [
                     *         {
                     *           "receiptId": "CNS91f261b9bbd116d54efbd7700145df1a",
                     *           "accountId": "ana",
                     *           "purpose": "transfer",
                     *           "country": "CO",
                     *           "language": "es",
                     *           "textVersion": "1",
                     *           "channel": "app",
                     *           "method": "checkbox",
                     *           "optionalStated": true,
                     *           "alternativeOffered": true,
                     *           "givenAt": "2026-11-23T09:59:00.000Z",
                     *           "validUntil": "2027-11-23T09:59:00.000Z",
                     *           "textId": "transfer.CO",
                     *           "textSha256": "0000000000000000000000000000000000000000000000000000000000000000",
                     *           "recipients": [
                     *             "Truora"
                     *           ],
                     *           "dataCategories": [
                     *             "face_photo_or_video",
                     *             "face_biometrics"
                     *           ],
                     *           "recordedAt": "2026-11-23T09:59:01.000Z",
                     *           "recordedBy": "iam:arn:aws:sts::111122223333:assumed-role/Onboarding"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["ConsentList"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description The token names no subject. Or: The caller may not see this account. Or from API Gateway: The signature or the scope does not allow the call. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Forbidden"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            413: components["responses"]["TooLarge"];
            /** @description The request breaks a rule. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description The server failed. Or from API Gateway: The function failed. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Internal Server Error"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            503: components["responses"]["Unavailable"];
        };
    };
    OpenCapture: {
        parameters: {
            query?: never;
            header?: {
                /** @description The languages of the person, for the messages: es, pt or en; es without any of them. A token that is tied to one account is a person’s. */
                "Accept-Language"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CaptureLinkBody"];
            };
        };
        responses: {
            /** @description The session, and the case. */
            200: {
                headers: {
                    "Content-Language": components["headers"]["Content-Language"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "revalidationId": "RVL5f2b8c1d9e3a47608f1c2d3e4b5a6978",
                     *       "status": "pending",
                     *       "step": "consent",
                     *       "record": "speech",
                     *       "purpose": "transfer",
                     *       "alternative": {
                     *         "text": "visit a branch"
                     *       },
                     *       "texts": [
                     *         {
                     *           "purpose": "transfer",
                     *           "country": "CO",
                     *           "language": "es",
                     *           "textVersion": "1",
                     *           "textSha256": "0000000000000000000000000000000000000000000000000000000000000000"
                     *         }
                     *       ],
                     *       "session": "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy",
                     *       "sessionExpiresAt": "2026-11-23T11:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["CaptureSession"];
                };
            };
            /** @description The body is not JSON. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The link is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large. Or from API Gateway: The request is above 10 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    /**
                     * @example {
                     *       "message": "Request Entity Too Large"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            /** @description The body must be application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request breaks a rule. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description The server failed. Or from API Gateway: The function failed. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    /**
                     * @example {
                     *       "message": "Internal Server Error"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            503: components["responses"]["Unavailable"];
        };
    };
    ReadCapture: {
        parameters: {
            query?: never;
            header?: {
                /** @description The languages of the person, for the messages: es, pt or en; es without any of them. A token that is tied to one account is a person’s. */
                "Accept-Language"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The case. */
            200: {
                headers: {
                    "Content-Language": components["headers"]["Content-Language"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "revalidationId": "RVL5f2b8c1d9e3a47608f1c2d3e4b5a6978",
                     *       "status": "pending",
                     *       "step": "record",
                     *       "record": "speech",
                     *       "purpose": "transfer",
                     *       "phrase": "seven blue boats",
                     *       "recordBefore": "2026-11-23T10:04:40.000Z",
                     *       "alternative": {
                     *         "text": "visit a branch"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["CaptureView"];
                };
            };
            /** @description The link is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["TooLarge"];
            429: components["responses"]["TooManyRequests"];
            /** @description The server failed. Or from API Gateway: The function failed. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    /**
                     * @example {
                     *       "message": "Internal Server Error"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            503: components["responses"]["Unavailable"];
        };
    };
    AgreeToCapture: {
        parameters: {
            query?: never;
            header?: {
                /** @description The languages of the person, for the messages: es, pt or en; es without any of them. A token that is tied to one account is a person’s. */
                "Accept-Language"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CaptureConsentBody"];
            };
        };
        responses: {
            /** @description The case. */
            200: {
                headers: {
                    "Content-Language": components["headers"]["Content-Language"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "revalidationId": "RVL5f2b8c1d9e3a47608f1c2d3e4b5a6978",
                     *       "status": "pending",
                     *       "step": "record",
                     *       "record": "speech",
                     *       "purpose": "transfer",
                     *       "phrase": "seven blue boats",
                     *       "recordBefore": "2026-11-23T10:04:40.000Z",
                     *       "alternative": {
                     *         "text": "visit a branch"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["CaptureView"];
                };
            };
            /** @description The body is not JSON. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The link is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The re-validation has ended. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The person of this account id was erased. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large. Or from API Gateway: The request is above 10 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    /**
                     * @example {
                     *       "message": "Request Entity Too Large"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            /** @description The body must be application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request breaks a rule. Or: There is no such text of consent. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description The server failed. Or from API Gateway: The function failed. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    /**
                     * @example {
                     *       "message": "Internal Server Error"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            503: components["responses"]["Unavailable"];
        };
    };
    GiveCaptureForm: {
        parameters: {
            query?: never;
            header?: {
                /** @description The languages of the person, for the messages: es, pt or en; es without any of them. A token that is tied to one account is a person’s. */
                "Accept-Language"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CaptureFormBody"];
            };
        };
        responses: {
            /** @description The form. */
            200: {
                headers: {
                    "Content-Language": components["headers"]["Content-Language"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "url": "https://example-bucket.s3.us-east-1.amazonaws.com/",
                     *       "fields": {
                     *         "Content-Type": "image/jpeg",
                     *         "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
                     *         "X-Amz-Credential": "EXAMPLE-KEY-ID/20261123/us-east-1/s3/aws4_request",
                     *         "X-Amz-Date": "20261123T100000Z",
                     *         "X-Amz-Signature": "0000000000000000000000000000000000000000000000000000000000000000",
                     *         "Policy": "e30=",
                     *         "key": "inbox/ana/ENR0123456789abcdef0123456789abcdef/RVL5f2b8c1d9e3a47608f1c2d3e4b5a6978.jpg"
                     *       },
                     *       "expiresAt": "2026-11-23T10:05:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["UploadForm"];
                };
            };
            /** @description The body is not JSON. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The link is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is nothing to record now. Or: The re-validation has ended. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large. Or from API Gateway: The request is above 10 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    /**
                     * @example {
                     *       "message": "Request Entity Too Large"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            /** @description The body must be application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The request breaks a rule. Or: The consent of the person is missing. Or: The media holds no sound. Or: A photo cannot prove liveness. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description The server failed. Or from API Gateway: The function failed. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    /**
                     * @example {
                     *       "message": "Internal Server Error"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            503: components["responses"]["Unavailable"];
        };
    };
    LeaveCapture: {
        parameters: {
            query?: never;
            header?: {
                /** @description The languages of the person, for the messages: es, pt or en; es without any of them. A token that is tied to one account is a person’s. */
                "Accept-Language"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The face is no longer used. */
            200: {
                headers: {
                    "Content-Language": components["headers"]["Content-Language"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "revalidationId": "RVL5f2b8c1d9e3a47608f1c2d3e4b5a6978",
                     *       "status": "alternative_required",
                     *       "step": "ended",
                     *       "record": "speech",
                     *       "purpose": "transfer",
                     *       "alternative": {
                     *         "text": "visit a branch"
                     *       },
                     *       "reasonClass": "alternative",
                     *       "message": "The check of your face has ended, and we no longer use your face. You can also use another way: visit a branch",
                     *       "retry": "now",
                     *       "nextStep": "use_other_way"
                     *     }
                     */
                    "application/json": components["schemas"]["CaptureView"];
                };
            };
            /** @description The link is not valid. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The re-validation has ended. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["TooLarge"];
            429: components["responses"]["TooManyRequests"];
            /** @description The server failed. Or from API Gateway: The function failed. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    /**
                     * @example {
                     *       "message": "Internal Server Error"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            503: components["responses"]["Unavailable"];
        };
    };
    ReadEvidence: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the re-validation. */
                id: components["schemas"]["RevalidationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The evidence in its newest version. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /** @example HEADER.CLAIMS.SIGNATURE~DISCLOSURE~ */
                    "application/sd-jwt": components["schemas"]["Evidence"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description The token names no subject. Or: The caller may not see this account. Or from API Gateway: The signature or the scope does not allow the call. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Forbidden"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            /** @description There is no such re-validation. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            /** @description The re-validation has not ended. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            /** @description The person of this account id was erased. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            413: components["responses"]["TooLarge"];
            429: components["responses"]["TooManyRequests"];
            /** @description The server failed. Or from API Gateway: The function failed. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Internal Server Error"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            503: components["responses"]["Unavailable"];
        };
    };
    ReadJwks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The keys, as a JWKS (RFC 7517). */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "keys": [
                     *         {
                     *           "kty": "EC",
                     *           "crv": "P-256",
                     *           "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                     *           "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
                     *           "kid": "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U",
                     *           "alg": "ES256",
                     *           "use": "sig"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Jwks"];
                };
            };
            413: components["responses"]["TooLarge"];
            429: components["responses"]["TooManyRequests"];
            /** @description The server failed. Or from API Gateway: The function failed. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    /**
                     * @example {
                     *       "message": "Internal Server Error"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            503: components["responses"]["Unavailable"];
        };
    };
    ListCases: {
        parameters: {
            query?: {
                /** @description Only cases of this status. */
                status?: "pending" | "approved" | "declined" | "expired" | "refused" | "failed" | "canceled" | "alternative_required";
                /** @description Only cases that ended for a reason of this class. */
                class?: "capture" | "no_match" | "liveness" | "speech" | "fraud" | "spent" | "not_finished" | "enrollment" | "consent" | "alternative" | "ours_or_vendor" | "request" | "unclear";
                /** @description The most entries of a page. A page with a cursor may have fewer, or none. */
                limit?: number;
                /** @description The cursor of the previous page, with the same other parameters. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description A day in UTC. */
                day: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "revalidations": [
                     *         {
                     *           "revalidationId": "RVL5f2b8c1d9e3a47608f1c2d3e4b5a6978",
                     *           "accountId": "ana",
                     *           "enrollmentId": "ENR0123456789abcdef0123456789abcdef",
                     *           "reference": "case 7",
                     *           "requested": {
                     *             "threshold": 0.8,
                     *             "subvalidations": [
                     *               "similarity"
                     *             ]
                     *           },
                     *           "calledBy": "iam:arn:aws:sts::111122223333:assumed-role/Onboarding",
                     *           "claimedAt": "2026-11-23T10:00:00.000Z",
                     *           "status": "approved",
                     *           "phase": "approved",
                     *           "validationId": "VLD0123456789abcdef0123456789abcdef",
                     *           "outcome": {
                     *             "revalidationId": "RVL5f2b8c1d9e3a47608f1c2d3e4b5a6978",
                     *             "status": "approved",
                     *             "accountId": "ana",
                     *             "enrollmentId": "ENR0123456789abcdef0123456789abcdef",
                     *             "reference": "case 7",
                     *             "similarity": 0.97,
                     *             "threshold": 0.8,
                     *             "decidedBy": "webhook",
                     *             "claimedAt": "2026-11-23T10:00:00.000Z",
                     *             "decidedAt": "2026-11-23T10:00:07.000Z"
                     *           }
                     *         }
                     *       ],
                     *       "cursor": "eyJyZXZhbGlkYXRpb25JZCI6Ii4uLiJ9"
                     *     }
                     */
                    "application/json": components["schemas"]["RevalidationPage"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description The token names no subject. Or: The caller may not see this account. Or from API Gateway: The signature or the scope does not allow the call. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Forbidden"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            413: components["responses"]["TooLarge"];
            /** @description The request breaks a rule. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description The server failed. Or from API Gateway: The function failed. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Internal Server Error"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            503: components["responses"]["Unavailable"];
        };
    };
    ReadDay: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A day in UTC. */
                day: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The numbers. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "day": "2026-11-23",
                     *       "isComplete": true,
                     *       "funnel": {
                     *         "claimed": 3,
                     *         "created": 3,
                     *         "moved": 2,
                     *         "decided": 2,
                     *         "approved": 1
                     *       },
                     *       "open": 1,
                     *       "ended": {
                     *         "approved": 1,
                     *         "declined": 1,
                     *         "expired": 0,
                     *         "refused": 0,
                     *         "failed": 0,
                     *         "canceled": 0,
                     *         "alternative_required": 0
                     *       },
                     *       "reasons": [
                     *         {
                     *           "reason": "similarity_threshold_not_passed",
                     *           "status": "declined",
                     *           "class": "no_match",
                     *           "count": 1
                     *         }
                     *       ],
                     *       "decidedBy": {
                     *         "webhook": 2,
                     *         "poll": 0,
                     *         "amended": 0
                     *       },
                     *       "secondsToVerdict": {
                     *         "p50": 3.2,
                     *         "p95": 5.1
                     *       },
                     *       "hours": [
                     *         {
                     *           "approved": 0,
                     *           "declined": 0,
                     *           "other": 0
                     *         },
                     *         {
                     *           "approved": 0,
                     *           "declined": 0,
                     *           "other": 0
                     *         },
                     *         {
                     *           "approved": 0,
                     *           "declined": 0,
                     *           "other": 0
                     *         },
                     *         {
                     *           "approved": 0,
                     *           "declined": 0,
                     *           "other": 0
                     *         },
                     *         {
                     *           "approved": 0,
                     *           "declined": 0,
                     *           "other": 0
                     *         },
                     *         {
                     *           "approved": 0,
                     *           "declined": 0,
                     *           "other": 0
                     *         },
                     *         {
                     *           "approved": 0,
                     *           "declined": 0,
                     *           "other": 0
                     *         },
                     *         {
                     *           "approved": 0,
                     *           "declined": 0,
                     *           "other": 0
                     *         },
                     *         {
                     *           "approved": 0,
                     *           "declined": 0,
                     *           "other": 0
                     *         },
                     *         {
                     *           "approved": 0,
                     *           "declined": 0,
                     *           "other": 0
                     *         },
                     *         {
                     *           "approved": 1,
                     *           "declined": 1,
                     *           "other": 0
                     *         },
                     *         {
                     *           "approved": 0,
                     *           "declined": 0,
                     *           "other": 0
                     *         },
                     *         {
                     *           "approved": 0,
                     *           "declined": 0,
                     *           "other": 0
                     *         },
                     *         {
                     *           "approved": 0,
                     *           "declined": 0,
                     *           "other": 0
                     *         },
                     *         {
                     *           "approved": 0,
                     *           "declined": 0,
                     *           "other": 0
                     *         },
                     *         {
                     *           "approved": 0,
                     *           "declined": 0,
                     *           "other": 0
                     *         },
                     *         {
                     *           "approved": 0,
                     *           "declined": 0,
                     *           "other": 0
                     *         },
                     *         {
                     *           "approved": 0,
                     *           "declined": 0,
                     *           "other": 0
                     *         },
                     *         {
                     *           "approved": 0,
                     *           "declined": 0,
                     *           "other": 0
                     *         },
                     *         {
                     *           "approved": 0,
                     *           "declined": 0,
                     *           "other": 0
                     *         },
                     *         {
                     *           "approved": 0,
                     *           "declined": 0,
                     *           "other": 0
                     *         },
                     *         {
                     *           "approved": 0,
                     *           "declined": 0,
                     *           "other": 0
                     *         },
                     *         {
                     *           "approved": 0,
                     *           "declined": 0,
                     *           "other": 0
                     *         },
                     *         {
                     *           "approved": 0,
                     *           "declined": 0,
                     *           "other": 0
                     *         }
                     *       ],
                     *       "spend": {
                     *         "charges": 3,
                     *         "orphans": 0,
                     *         "counted": 3,
                     *         "budget": 10000
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["DayNumbers"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description The token names no subject. Or: The caller may not see this account. Or from API Gateway: The signature or the scope does not allow the call. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Forbidden"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            413: components["responses"]["TooLarge"];
            /** @description The request breaks a rule. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description The server failed. Or from API Gateway: The function failed. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Internal Server Error"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            503: components["responses"]["Unavailable"];
        };
    };
    ReadCase: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the re-validation. */
                id: components["schemas"]["RevalidationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The case. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "case": {
                     *         "revalidationId": "RVL5f2b8c1d9e3a47608f1c2d3e4b5a6978",
                     *         "accountId": "ana",
                     *         "enrollmentId": "ENR0123456789abcdef0123456789abcdef",
                     *         "reference": "case 7",
                     *         "requested": {
                     *           "threshold": 0.8,
                     *           "subvalidations": [
                     *             "similarity"
                     *           ]
                     *         },
                     *         "calledBy": "iam:arn:aws:sts::111122223333:assumed-role/Onboarding",
                     *         "claimedAt": "2026-11-23T10:00:00.000Z",
                     *         "status": "approved",
                     *         "phase": "approved",
                     *         "validationId": "VLD0123456789abcdef0123456789abcdef",
                     *         "outcome": {
                     *           "revalidationId": "RVL5f2b8c1d9e3a47608f1c2d3e4b5a6978",
                     *           "status": "approved",
                     *           "accountId": "ana",
                     *           "enrollmentId": "ENR0123456789abcdef0123456789abcdef",
                     *           "reference": "case 7",
                     *           "similarity": 0.97,
                     *           "threshold": 0.8,
                     *           "decidedBy": "webhook",
                     *           "claimedAt": "2026-11-23T10:00:00.000Z",
                     *           "decidedAt": "2026-11-23T10:00:07.000Z"
                     *         }
                     *       },
                     *       "media": {
                     *         "type": "image/jpeg",
                     *         "bytes": 48211
                     *       },
                     *       "attempts": [
                     *         {
                     *           "n": 1,
                     *           "at": "2026-11-23T10:00:00.000Z",
                     *           "result": "created",
                     *           "validationId": "VLD0123456789abcdef0123456789abcdef"
                     *         }
                     *       ],
                     *       "orphans": [],
                     *       "askedAgain": 0,
                     *       "announcedAt": "2026-11-23T10:00:04.000Z",
                     *       "execution": "ended",
                     *       "states": [
                     *         {
                     *           "name": "ClaimRequest",
                     *           "at": "2026-11-23T10:00:00.000Z",
                     *           "failures": 0
                     *         },
                     *         {
                     *           "name": "CheckEnrollment",
                     *           "at": "2026-11-23T10:00:00.400Z",
                     *           "failures": 0
                     *         },
                     *         {
                     *           "name": "CreateValidation",
                     *           "at": "2026-11-23T10:00:00.900Z",
                     *           "failures": 1
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["OperatorCase"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description The token names no subject. Or: The caller may not see this account. Or from API Gateway: The signature or the scope does not allow the call. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Forbidden"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            /** @description There is no such re-validation. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            413: components["responses"]["TooLarge"];
            429: components["responses"]["TooManyRequests"];
            /** @description The server failed. Or from API Gateway: The function failed. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Internal Server Error"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            503: components["responses"]["Unavailable"];
        };
    };
    FollowUpCase: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the re-validation. */
                id: components["schemas"]["RevalidationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The next sweep follows it up. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "revalidationId": "RVL5f2b8c1d9e3a47608f1c2d3e4b5a6978",
                     *       "accountId": "ana",
                     *       "enrollmentId": "ENR0123456789abcdef0123456789abcdef",
                     *       "reference": "case 7",
                     *       "requested": {
                     *         "threshold": 0.8,
                     *         "subvalidations": [
                     *           "similarity"
                     *         ]
                     *       },
                     *       "calledBy": "iam:arn:aws:sts::111122223333:assumed-role/Onboarding",
                     *       "claimedAt": "2026-11-23T10:00:00.000Z",
                     *       "status": "approved",
                     *       "phase": "approved",
                     *       "validationId": "VLD0123456789abcdef0123456789abcdef",
                     *       "outcome": {
                     *         "revalidationId": "RVL5f2b8c1d9e3a47608f1c2d3e4b5a6978",
                     *         "status": "approved",
                     *         "accountId": "ana",
                     *         "enrollmentId": "ENR0123456789abcdef0123456789abcdef",
                     *         "reference": "case 7",
                     *         "similarity": 0.97,
                     *         "threshold": 0.8,
                     *         "decidedBy": "webhook",
                     *         "claimedAt": "2026-11-23T10:00:00.000Z",
                     *         "decidedAt": "2026-11-23T10:00:07.000Z"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Revalidation"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description The token names no subject. Or: The caller may not see this account. Or from API Gateway: The signature or the scope does not allow the call. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Forbidden"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            /** @description There is no such re-validation. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            /** @description The re-validation has ended. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            413: components["responses"]["TooLarge"];
            429: components["responses"]["TooManyRequests"];
            /** @description The server failed. Or from API Gateway: The function failed. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Internal Server Error"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            503: components["responses"]["Unavailable"];
        };
    };
    ReadHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The health. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "at": "2026-11-23T10:00:00.000Z",
                     *       "followUps": {
                     *         "due": 2,
                     *         "overdue": 0,
                     *         "oldest": "2026-11-23T09:58:10.000Z"
                     *       },
                     *       "throttle": {
                     *         "isClosed": false,
                     *         "callsToday": 3,
                     *         "budget": 10000
                     *       },
                     *       "jobs": [
                     *         {
                     *           "name": "SweepLedger",
                     *           "at": "2026-11-23T09:57:00.000Z",
                     *           "seen": 4,
                     *           "failed": 0
                     *         }
                     *       ],
                     *       "deadLetters": [
                     *         {
                     *           "queue": "drops",
                     *           "messages": 0
                     *         },
                     *         {
                     *           "queue": "jobs",
                     *           "messages": 0
                     *         },
                     *         {
                     *           "queue": "evidence",
                     *           "messages": 1
                     *         }
                     *       ],
                     *       "keyDays": 3650
                     *     }
                     */
                    "application/json": components["schemas"]["Health"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description The token names no subject. Or: The caller may not see this account. Or from API Gateway: The signature or the scope does not allow the call. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Forbidden"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            413: components["responses"]["TooLarge"];
            429: components["responses"]["TooManyRequests"];
            /** @description The server failed. Or from API Gateway: The function failed. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Internal Server Error"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            503: components["responses"]["Unavailable"];
        };
    };
    ListCampaigns: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The campaigns. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "campaigns": [
                     *         {
                     *           "campaignId": "CMP5f2b8c1d9e3a47608f1c2d3e4b5a6978",
                     *           "status": "running",
                     *           "purpose": "portfolio",
                     *           "policyVersion": "POLcedb850b7373b88bfd28e227c0f19416",
                     *           "createdAt": "2026-11-23T10:00:00.000Z",
                     *           "createdBy": "iam:arn:aws:sts::111122223333:assumed-role/Onboarding",
                     *           "pace": 5,
                     *           "askedPace": 5,
                     *           "manifest": {
                     *             "key": "campaigns/manifests/portfolio-2026.csv",
                     *             "versionId": "3HL4kqtJvjVBH40Nrjfkd"
                     *           },
                     *           "counts": {
                     *             "rows": 40000,
                     *             "runnable": 39800,
                     *             "refused": {
                     *               "enrollment_unknown": 150,
                     *               "consent_missing": 50
                     *             },
                     *             "turns": 4000,
                     *             "ended": 3980,
                     *             "byStatus": {
                     *               "approved": 3800,
                     *               "declined": 180
                     *             }
                     *           },
                     *           "changedBy": "iam:arn:aws:sts::111122223333:assumed-role/Onboarding",
                     *           "plannedAt": "2026-11-23T11:06:40.000Z",
                     *           "startedAt": "2026-11-23T12:00:00.000Z",
                     *           "mediaUntil": "2027-01-08T10:00:00.000Z",
                     *           "endsAt": "2026-11-23T14:12:40.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["CampaignList"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description The token names no subject. Or: The caller may not see this account. Or from API Gateway: The signature or the scope does not allow the call. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Forbidden"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            413: components["responses"]["TooLarge"];
            429: components["responses"]["TooManyRequests"];
            /** @description The server failed. Or from API Gateway: The function failed. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Internal Server Error"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            503: components["responses"]["Unavailable"];
        };
    };
    PlanCampaign: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CampaignBody"];
            };
        };
        responses: {
            /** @description It was planned before. */
            200: {
                headers: {
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "campaignId": "CMP5f2b8c1d9e3a47608f1c2d3e4b5a6978",
                     *       "status": "running",
                     *       "purpose": "portfolio",
                     *       "policyVersion": "POLcedb850b7373b88bfd28e227c0f19416",
                     *       "createdAt": "2026-11-23T10:00:00.000Z",
                     *       "createdBy": "iam:arn:aws:sts::111122223333:assumed-role/Onboarding",
                     *       "pace": 5,
                     *       "askedPace": 5,
                     *       "manifest": {
                     *         "key": "campaigns/manifests/portfolio-2026.csv",
                     *         "versionId": "3HL4kqtJvjVBH40Nrjfkd"
                     *       },
                     *       "counts": {
                     *         "rows": 40000,
                     *         "runnable": 39800,
                     *         "refused": {
                     *           "enrollment_unknown": 150,
                     *           "consent_missing": 50
                     *         },
                     *         "turns": 4000,
                     *         "ended": 3980,
                     *         "byStatus": {
                     *           "approved": 3800,
                     *           "declined": 180
                     *         }
                     *       },
                     *       "changedBy": "iam:arn:aws:sts::111122223333:assumed-role/Onboarding",
                     *       "plannedAt": "2026-11-23T11:06:40.000Z",
                     *       "startedAt": "2026-11-23T12:00:00.000Z",
                     *       "mediaUntil": "2027-01-08T10:00:00.000Z",
                     *       "endsAt": "2026-11-23T14:12:40.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["CampaignView"];
                };
            };
            /** @description It is being planned. */
            202: {
                headers: {
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "campaignId": "CMP5f2b8c1d9e3a47608f1c2d3e4b5a6978",
                     *       "status": "planning",
                     *       "purpose": "portfolio",
                     *       "policyVersion": "POLcedb850b7373b88bfd28e227c0f19416",
                     *       "createdAt": "2026-11-23T10:00:00.000Z",
                     *       "createdBy": "iam:arn:aws:sts::111122223333:assumed-role/Onboarding",
                     *       "pace": 5,
                     *       "askedPace": 5,
                     *       "manifest": {
                     *         "key": "campaigns/manifests/portfolio-2026.csv",
                     *         "versionId": "3HL4kqtJvjVBH40Nrjfkd"
                     *       },
                     *       "counts": {
                     *         "rows": 0,
                     *         "runnable": 0,
                     *         "refused": {},
                     *         "turns": 0,
                     *         "ended": 0,
                     *         "byStatus": {}
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["CampaignView"];
                };
            };
            /** @description The body is not JSON. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description The token names no subject. Or: The caller may not see this account. Or from API Gateway: The signature or the scope does not allow the call. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Forbidden"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            /** @description The body is too large. Or from API Gateway: The request is above 10 MB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Request Entity Too Large"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            /** @description The body must be application/json. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            /** @description The request breaks a rule. Or: There is no policy for this purpose. Or: There is no such manifest. Or: The manifest is too large. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description The server failed. Or from API Gateway: The function failed. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Internal Server Error"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            503: components["responses"]["Unavailable"];
        };
    };
    ReadCampaign: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the campaign. */
                id: components["schemas"]["CampaignId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The campaign. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "campaignId": "CMP5f2b8c1d9e3a47608f1c2d3e4b5a6978",
                     *       "status": "running",
                     *       "purpose": "portfolio",
                     *       "policyVersion": "POLcedb850b7373b88bfd28e227c0f19416",
                     *       "createdAt": "2026-11-23T10:00:00.000Z",
                     *       "createdBy": "iam:arn:aws:sts::111122223333:assumed-role/Onboarding",
                     *       "pace": 5,
                     *       "askedPace": 5,
                     *       "manifest": {
                     *         "key": "campaigns/manifests/portfolio-2026.csv",
                     *         "versionId": "3HL4kqtJvjVBH40Nrjfkd"
                     *       },
                     *       "counts": {
                     *         "rows": 40000,
                     *         "runnable": 39800,
                     *         "refused": {
                     *           "enrollment_unknown": 150,
                     *           "consent_missing": 50
                     *         },
                     *         "turns": 4000,
                     *         "ended": 3980,
                     *         "byStatus": {
                     *           "approved": 3800,
                     *           "declined": 180
                     *         }
                     *       },
                     *       "changedBy": "iam:arn:aws:sts::111122223333:assumed-role/Onboarding",
                     *       "plannedAt": "2026-11-23T11:06:40.000Z",
                     *       "startedAt": "2026-11-23T12:00:00.000Z",
                     *       "mediaUntil": "2027-01-08T10:00:00.000Z",
                     *       "endsAt": "2026-11-23T14:12:40.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["CampaignView"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description The token names no subject. Or: The caller may not see this account. Or from API Gateway: The signature or the scope does not allow the call. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Forbidden"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            /** @description There is no such campaign. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            413: components["responses"]["TooLarge"];
            /** @description The request breaks a rule. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description The server failed. Or from API Gateway: The function failed. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Internal Server Error"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            503: components["responses"]["Unavailable"];
        };
    };
    StartCampaign: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the campaign. */
                id: components["schemas"]["CampaignId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The campaign. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "campaignId": "CMP5f2b8c1d9e3a47608f1c2d3e4b5a6978",
                     *       "status": "running",
                     *       "purpose": "portfolio",
                     *       "policyVersion": "POLcedb850b7373b88bfd28e227c0f19416",
                     *       "createdAt": "2026-11-23T10:00:00.000Z",
                     *       "createdBy": "iam:arn:aws:sts::111122223333:assumed-role/Onboarding",
                     *       "pace": 5,
                     *       "askedPace": 5,
                     *       "manifest": {
                     *         "key": "campaigns/manifests/portfolio-2026.csv",
                     *         "versionId": "3HL4kqtJvjVBH40Nrjfkd"
                     *       },
                     *       "counts": {
                     *         "rows": 40000,
                     *         "runnable": 39800,
                     *         "refused": {
                     *           "enrollment_unknown": 150,
                     *           "consent_missing": 50
                     *         },
                     *         "turns": 4000,
                     *         "ended": 3980,
                     *         "byStatus": {
                     *           "approved": 3800,
                     *           "declined": 180
                     *         }
                     *       },
                     *       "changedBy": "iam:arn:aws:sts::111122223333:assumed-role/Onboarding",
                     *       "plannedAt": "2026-11-23T11:06:40.000Z",
                     *       "startedAt": "2026-11-23T12:00:00.000Z",
                     *       "mediaUntil": "2027-01-08T10:00:00.000Z",
                     *       "endsAt": "2026-11-23T14:12:40.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["CampaignView"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description The token names no subject. Or: The caller may not see this account. Or from API Gateway: The signature or the scope does not allow the call. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Forbidden"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            /** @description There is no such campaign. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            /** @description The campaign is in another status. Or: The manifest was overwritten after the plan. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            413: components["responses"]["TooLarge"];
            /** @description The request breaks a rule. Or: The campaign would outlive its media. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description The server failed. Or from API Gateway: The function failed. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Internal Server Error"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            503: components["responses"]["Unavailable"];
        };
    };
    PauseCampaign: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the campaign. */
                id: components["schemas"]["CampaignId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The campaign. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "campaignId": "CMP5f2b8c1d9e3a47608f1c2d3e4b5a6978",
                     *       "status": "running",
                     *       "purpose": "portfolio",
                     *       "policyVersion": "POLcedb850b7373b88bfd28e227c0f19416",
                     *       "createdAt": "2026-11-23T10:00:00.000Z",
                     *       "createdBy": "iam:arn:aws:sts::111122223333:assumed-role/Onboarding",
                     *       "pace": 5,
                     *       "askedPace": 5,
                     *       "manifest": {
                     *         "key": "campaigns/manifests/portfolio-2026.csv",
                     *         "versionId": "3HL4kqtJvjVBH40Nrjfkd"
                     *       },
                     *       "counts": {
                     *         "rows": 40000,
                     *         "runnable": 39800,
                     *         "refused": {
                     *           "enrollment_unknown": 150,
                     *           "consent_missing": 50
                     *         },
                     *         "turns": 4000,
                     *         "ended": 3980,
                     *         "byStatus": {
                     *           "approved": 3800,
                     *           "declined": 180
                     *         }
                     *       },
                     *       "changedBy": "iam:arn:aws:sts::111122223333:assumed-role/Onboarding",
                     *       "plannedAt": "2026-11-23T11:06:40.000Z",
                     *       "startedAt": "2026-11-23T12:00:00.000Z",
                     *       "mediaUntil": "2027-01-08T10:00:00.000Z",
                     *       "endsAt": "2026-11-23T14:12:40.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["CampaignView"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description The token names no subject. Or: The caller may not see this account. Or from API Gateway: The signature or the scope does not allow the call. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Forbidden"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            /** @description There is no such campaign. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            /** @description The campaign is in another status. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            413: components["responses"]["TooLarge"];
            /** @description The request breaks a rule. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description The server failed. Or from API Gateway: The function failed. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Internal Server Error"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            503: components["responses"]["Unavailable"];
        };
    };
    ResumeCampaign: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the campaign. */
                id: components["schemas"]["CampaignId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The campaign. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "campaignId": "CMP5f2b8c1d9e3a47608f1c2d3e4b5a6978",
                     *       "status": "running",
                     *       "purpose": "portfolio",
                     *       "policyVersion": "POLcedb850b7373b88bfd28e227c0f19416",
                     *       "createdAt": "2026-11-23T10:00:00.000Z",
                     *       "createdBy": "iam:arn:aws:sts::111122223333:assumed-role/Onboarding",
                     *       "pace": 5,
                     *       "askedPace": 5,
                     *       "manifest": {
                     *         "key": "campaigns/manifests/portfolio-2026.csv",
                     *         "versionId": "3HL4kqtJvjVBH40Nrjfkd"
                     *       },
                     *       "counts": {
                     *         "rows": 40000,
                     *         "runnable": 39800,
                     *         "refused": {
                     *           "enrollment_unknown": 150,
                     *           "consent_missing": 50
                     *         },
                     *         "turns": 4000,
                     *         "ended": 3980,
                     *         "byStatus": {
                     *           "approved": 3800,
                     *           "declined": 180
                     *         }
                     *       },
                     *       "changedBy": "iam:arn:aws:sts::111122223333:assumed-role/Onboarding",
                     *       "plannedAt": "2026-11-23T11:06:40.000Z",
                     *       "startedAt": "2026-11-23T12:00:00.000Z",
                     *       "mediaUntil": "2027-01-08T10:00:00.000Z",
                     *       "endsAt": "2026-11-23T14:12:40.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["CampaignView"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description The token names no subject. Or: The caller may not see this account. Or from API Gateway: The signature or the scope does not allow the call. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Forbidden"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            /** @description There is no such campaign. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            /** @description The campaign is in another status. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            413: components["responses"]["TooLarge"];
            /** @description The request breaks a rule. Or: The campaign would outlive its media. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description The server failed. Or from API Gateway: The function failed. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Internal Server Error"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            503: components["responses"]["Unavailable"];
        };
    };
    CancelCampaign: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the campaign. */
                id: components["schemas"]["CampaignId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The campaign. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "campaignId": "CMP5f2b8c1d9e3a47608f1c2d3e4b5a6978",
                     *       "status": "running",
                     *       "purpose": "portfolio",
                     *       "policyVersion": "POLcedb850b7373b88bfd28e227c0f19416",
                     *       "createdAt": "2026-11-23T10:00:00.000Z",
                     *       "createdBy": "iam:arn:aws:sts::111122223333:assumed-role/Onboarding",
                     *       "pace": 5,
                     *       "askedPace": 5,
                     *       "manifest": {
                     *         "key": "campaigns/manifests/portfolio-2026.csv",
                     *         "versionId": "3HL4kqtJvjVBH40Nrjfkd"
                     *       },
                     *       "counts": {
                     *         "rows": 40000,
                     *         "runnable": 39800,
                     *         "refused": {
                     *           "enrollment_unknown": 150,
                     *           "consent_missing": 50
                     *         },
                     *         "turns": 4000,
                     *         "ended": 3980,
                     *         "byStatus": {
                     *           "approved": 3800,
                     *           "declined": 180
                     *         }
                     *       },
                     *       "changedBy": "iam:arn:aws:sts::111122223333:assumed-role/Onboarding",
                     *       "plannedAt": "2026-11-23T11:06:40.000Z",
                     *       "startedAt": "2026-11-23T12:00:00.000Z",
                     *       "mediaUntil": "2027-01-08T10:00:00.000Z",
                     *       "endsAt": "2026-11-23T14:12:40.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["CampaignView"];
                };
            };
            401: components["responses"]["Unauthorized"];
            /** @description The token names no subject. Or: The caller may not see this account. Or from API Gateway: The signature or the scope does not allow the call. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Forbidden"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            /** @description There is no such campaign. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            /** @description The campaign is in another status. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            413: components["responses"]["TooLarge"];
            /** @description The request breaks a rule. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            /** @description The server failed. Or from API Gateway: The function failed. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] | components["schemas"]["PersonProblem"];
                    /**
                     * @example {
                     *       "message": "Internal Server Error"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            503: components["responses"]["Unavailable"];
        };
    };
    ReceiveWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The signature is not genuine. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["TooLarge"];
            429: components["responses"]["TooManyRequests"];
            /** @description The server failed. Or from API Gateway: The function failed. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                    /**
                     * @example {
                     *       "message": "Internal Server Error"
                     *     }
                     */
                    "application/json": components["schemas"]["GatewayError"];
                };
            };
            503: components["responses"]["Unavailable"];
        };
    };
}
