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
        /** Request a re-validation: with a form for the upload, or of media under `media/`. */
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
        /** The state of a re-validation. */
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
        /** The claimed re-validations of a person, newest first. */
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
        /** Cancel a re-validation that is not decided. */
        post: operations["CancelRevalidation"];
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
        /** A webhook of Truora: a JWT signed with the key of its rule. */
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
            accountId: string;
            enrollmentId: string;
            /** @constant */
            userAuthorized: true;
            upload: {
                /** @enum {string} */
                type: "image/jpeg" | "image/png" | "image/webp" | "video/webm" | "video/mp4" | "video/x-msvideo" | "video/quicktime";
                bytes?: number;
            };
            options?: {
                threshold?: number;
                /** @enum {string} */
                liveness?: "passive" | "disabled";
                subvalidations?: ("similarity" | "passive_liveness" | "speech_match")[];
                retryOf?: string;
                /** @enum {string} */
                minimumPrecision?: "very_high" | "high" | "medium" | "low";
                timeoutSeconds?: number;
                /** @enum {string} */
                resultMode?: "callback" | "poll";
            };
            reference?: string;
        };
        StartBody: {
            accountId: string;
            enrollmentId: string;
            /** @constant */
            userAuthorized: true;
            media: {
                key: string;
                versionId?: string;
            };
            options?: {
                threshold?: number;
                /** @enum {string} */
                liveness?: "passive" | "disabled";
                subvalidations?: ("similarity" | "passive_liveness" | "speech_match")[];
                retryOf?: string;
                /** @enum {string} */
                minimumPrecision?: "very_high" | "high" | "medium" | "low";
                timeoutSeconds?: number;
                /** @enum {string} */
                resultMode?: "callback" | "poll";
            };
            reference?: string;
            forceNew?: {
                reason: string;
            };
            maxAgeSeconds?: number;
        };
        Started: {
            revalidationId: string;
            accountId?: string;
            enrollmentId?: string;
            reference?: string;
            requested?: {
                threshold?: number;
                /** @enum {string} */
                liveness?: "passive" | "disabled";
                subvalidations?: ("similarity" | "passive_liveness" | "speech_match")[];
                retryOf?: string;
                /** @enum {string} */
                minimumPrecision?: "very_high" | "high" | "medium" | "low";
                timeoutSeconds?: number;
                /** @enum {string} */
                resultMode?: "callback" | "poll";
            };
            used?: {
                /** Format: date-time */
                deadline: string;
                threshold?: number;
            };
            validationId?: string;
            receipt?: {
                bytes: number;
                sha256: string;
                /** Format: date-time */
                movedAt: string;
            };
            outcome?: {
                revalidationId: string;
                /** @enum {string} */
                status: "approved" | "declined" | "expired" | "refused" | "failed" | "canceled";
                reason?: string;
                detail?: string;
                rawReason?: string;
                mismatch?: ("validation_id" | "account_id" | "type" | "enrollment_id" | "failure_status" | "declined_reason" | "expired_reason" | "threshold" | "similarity" | "passive_liveness")[];
                reference?: string;
                accountId?: string;
                enrollmentId?: string;
                validationId?: string;
                similarity?: number;
                threshold?: number;
                faceSearch?: {
                    status?: string;
                    similarity?: number;
                };
                /** @enum {string} */
                decidedBy: "webhook" | "poll" | "workflow" | "caller";
                /** Format: date-time */
                claimedAt?: string;
                /** Format: date-time */
                movedAt?: string;
                /** Format: date-time */
                decidedAt: string;
                /** @constant */
                isRepeat?: true;
            };
            amendments?: {
                /** @enum {string} */
                status: "approved" | "declined" | "expired" | "failed";
                /** @enum {string} */
                reason?: "similarity_threshold_not_passed" | "passive_liveness_verification_not_passed" | "no_face_detected" | "face_not_detected" | "liveness_verification_not_passed" | "photo_of_photo" | "invalid_video_file" | "invalid_file_format" | "file_format_not_supported" | "empty_input_file" | "face_in_blocklist" | "fraudster_face_match_in_client_collection" | "user_face_match_in_client_collection" | "user_face_match_in_fraud_collection" | "risky_face_detected" | "risk_signal_detected" | "face_validation_failed" | "max_retries_reached" | "no_face_media_uploaded" | "validation_expired" | "validation_not_finished" | "abandoned_without_using_retries" | "canceled" | "input_file_not_uploaded" | "manual_review_expired" | "face_validation_not_started" | "pending_validation_methods" | "unknown_reason" | "undecided_at_deadline" | "system_error" | "verdict_mismatch" | "verdict_of_another_enrollment" | "verdict_unconfirmed";
                rawReason?: string;
                mismatch?: ("validation_id" | "account_id" | "type" | "enrollment_id" | "failure_status" | "declined_reason" | "expired_reason" | "threshold" | "similarity" | "passive_liveness")[];
                detail?: string;
                similarity?: number;
                threshold?: number;
                faceSearch?: {
                    status?: string;
                    similarity?: number;
                };
                /** Format: date-time */
                at: string;
                /** @enum {string} */
                from: "webhook" | "sweep";
            }[];
            linkedTo?: string;
            forceNew?: {
                reason: string;
            };
            calledBy?: string;
            canceledBy?: string;
            /** @enum {string} */
            phase: "awaiting_upload" | "accepted" | "claimed" | "created" | "moved" | "approved" | "declined" | "expired" | "refused" | "failed" | "canceled";
            /** Format: date-time */
            claimedAt?: string;
            trail?: {
                /** @enum {string} */
                phase: "claimed" | "created" | "moved" | "approved" | "declined" | "expired" | "refused" | "failed" | "canceled";
                /** Format: date-time */
                at: string;
            }[];
            repeats?: number;
            /** @constant */
            isRepeat?: true;
            upload?: {
                url: string;
                fields: {
                    [key: string]: string;
                };
                /** Format: date-time */
                expiresAt: string;
            };
        };
        Revalidation: {
            revalidationId: string;
            accountId?: string;
            enrollmentId?: string;
            reference?: string;
            requested?: {
                threshold?: number;
                /** @enum {string} */
                liveness?: "passive" | "disabled";
                subvalidations?: ("similarity" | "passive_liveness" | "speech_match")[];
                retryOf?: string;
                /** @enum {string} */
                minimumPrecision?: "very_high" | "high" | "medium" | "low";
                timeoutSeconds?: number;
                /** @enum {string} */
                resultMode?: "callback" | "poll";
            };
            used?: {
                /** Format: date-time */
                deadline: string;
                threshold?: number;
            };
            validationId?: string;
            receipt?: {
                bytes: number;
                sha256: string;
                /** Format: date-time */
                movedAt: string;
            };
            outcome?: {
                revalidationId: string;
                /** @enum {string} */
                status: "approved" | "declined" | "expired" | "refused" | "failed" | "canceled";
                reason?: string;
                detail?: string;
                rawReason?: string;
                mismatch?: ("validation_id" | "account_id" | "type" | "enrollment_id" | "failure_status" | "declined_reason" | "expired_reason" | "threshold" | "similarity" | "passive_liveness")[];
                reference?: string;
                accountId?: string;
                enrollmentId?: string;
                validationId?: string;
                similarity?: number;
                threshold?: number;
                faceSearch?: {
                    status?: string;
                    similarity?: number;
                };
                /** @enum {string} */
                decidedBy: "webhook" | "poll" | "workflow" | "caller";
                /** Format: date-time */
                claimedAt?: string;
                /** Format: date-time */
                movedAt?: string;
                /** Format: date-time */
                decidedAt: string;
                /** @constant */
                isRepeat?: true;
            };
            amendments?: {
                /** @enum {string} */
                status: "approved" | "declined" | "expired" | "failed";
                /** @enum {string} */
                reason?: "similarity_threshold_not_passed" | "passive_liveness_verification_not_passed" | "no_face_detected" | "face_not_detected" | "liveness_verification_not_passed" | "photo_of_photo" | "invalid_video_file" | "invalid_file_format" | "file_format_not_supported" | "empty_input_file" | "face_in_blocklist" | "fraudster_face_match_in_client_collection" | "user_face_match_in_client_collection" | "user_face_match_in_fraud_collection" | "risky_face_detected" | "risk_signal_detected" | "face_validation_failed" | "max_retries_reached" | "no_face_media_uploaded" | "validation_expired" | "validation_not_finished" | "abandoned_without_using_retries" | "canceled" | "input_file_not_uploaded" | "manual_review_expired" | "face_validation_not_started" | "pending_validation_methods" | "unknown_reason" | "undecided_at_deadline" | "system_error" | "verdict_mismatch" | "verdict_of_another_enrollment" | "verdict_unconfirmed";
                rawReason?: string;
                mismatch?: ("validation_id" | "account_id" | "type" | "enrollment_id" | "failure_status" | "declined_reason" | "expired_reason" | "threshold" | "similarity" | "passive_liveness")[];
                detail?: string;
                similarity?: number;
                threshold?: number;
                faceSearch?: {
                    status?: string;
                    similarity?: number;
                };
                /** Format: date-time */
                at: string;
                /** @enum {string} */
                from: "webhook" | "sweep";
            }[];
            linkedTo?: string;
            forceNew?: {
                reason: string;
            };
            calledBy?: string;
            canceledBy?: string;
            /** @enum {string} */
            phase: "awaiting_upload" | "accepted" | "claimed" | "created" | "moved" | "approved" | "declined" | "expired" | "refused" | "failed" | "canceled";
            /** Format: date-time */
            claimedAt?: string;
            trail?: {
                /** @enum {string} */
                phase: "claimed" | "created" | "moved" | "approved" | "declined" | "expired" | "refused" | "failed" | "canceled";
                /** Format: date-time */
                at: string;
            }[];
            repeats?: number;
        };
        RevalidationPage: {
            revalidations: {
                revalidationId: string;
                accountId?: string;
                enrollmentId?: string;
                reference?: string;
                requested?: {
                    threshold?: number;
                    /** @enum {string} */
                    liveness?: "passive" | "disabled";
                    subvalidations?: ("similarity" | "passive_liveness" | "speech_match")[];
                    retryOf?: string;
                    /** @enum {string} */
                    minimumPrecision?: "very_high" | "high" | "medium" | "low";
                    timeoutSeconds?: number;
                    /** @enum {string} */
                    resultMode?: "callback" | "poll";
                };
                used?: {
                    /** Format: date-time */
                    deadline: string;
                    threshold?: number;
                };
                validationId?: string;
                receipt?: {
                    bytes: number;
                    sha256: string;
                    /** Format: date-time */
                    movedAt: string;
                };
                outcome?: {
                    revalidationId: string;
                    /** @enum {string} */
                    status: "approved" | "declined" | "expired" | "refused" | "failed" | "canceled";
                    reason?: string;
                    detail?: string;
                    rawReason?: string;
                    mismatch?: ("validation_id" | "account_id" | "type" | "enrollment_id" | "failure_status" | "declined_reason" | "expired_reason" | "threshold" | "similarity" | "passive_liveness")[];
                    reference?: string;
                    accountId?: string;
                    enrollmentId?: string;
                    validationId?: string;
                    similarity?: number;
                    threshold?: number;
                    faceSearch?: {
                        status?: string;
                        similarity?: number;
                    };
                    /** @enum {string} */
                    decidedBy: "webhook" | "poll" | "workflow" | "caller";
                    /** Format: date-time */
                    claimedAt?: string;
                    /** Format: date-time */
                    movedAt?: string;
                    /** Format: date-time */
                    decidedAt: string;
                    /** @constant */
                    isRepeat?: true;
                };
                amendments?: {
                    /** @enum {string} */
                    status: "approved" | "declined" | "expired" | "failed";
                    /** @enum {string} */
                    reason?: "similarity_threshold_not_passed" | "passive_liveness_verification_not_passed" | "no_face_detected" | "face_not_detected" | "liveness_verification_not_passed" | "photo_of_photo" | "invalid_video_file" | "invalid_file_format" | "file_format_not_supported" | "empty_input_file" | "face_in_blocklist" | "fraudster_face_match_in_client_collection" | "user_face_match_in_client_collection" | "user_face_match_in_fraud_collection" | "risky_face_detected" | "risk_signal_detected" | "face_validation_failed" | "max_retries_reached" | "no_face_media_uploaded" | "validation_expired" | "validation_not_finished" | "abandoned_without_using_retries" | "canceled" | "input_file_not_uploaded" | "manual_review_expired" | "face_validation_not_started" | "pending_validation_methods" | "unknown_reason" | "undecided_at_deadline" | "system_error" | "verdict_mismatch" | "verdict_of_another_enrollment" | "verdict_unconfirmed";
                    rawReason?: string;
                    mismatch?: ("validation_id" | "account_id" | "type" | "enrollment_id" | "failure_status" | "declined_reason" | "expired_reason" | "threshold" | "similarity" | "passive_liveness")[];
                    detail?: string;
                    similarity?: number;
                    threshold?: number;
                    faceSearch?: {
                        status?: string;
                        similarity?: number;
                    };
                    /** Format: date-time */
                    at: string;
                    /** @enum {string} */
                    from: "webhook" | "sweep";
                }[];
                linkedTo?: string;
                forceNew?: {
                    reason: string;
                };
                calledBy?: string;
                canceledBy?: string;
                /** @enum {string} */
                phase: "awaiting_upload" | "accepted" | "claimed" | "created" | "moved" | "approved" | "declined" | "expired" | "refused" | "failed" | "canceled";
                /** Format: date-time */
                claimedAt?: string;
                trail?: {
                    /** @enum {string} */
                    phase: "claimed" | "created" | "moved" | "approved" | "declined" | "expired" | "refused" | "failed" | "canceled";
                    /** Format: date-time */
                    at: string;
                }[];
                repeats?: number;
            }[];
            cursor?: string;
        };
        Problem: {
            type: string;
            title: string;
            status: number;
            detail?: string;
            /** @enum {string} */
            code: "body_malformed" | "signature_invalid" | "subject_missing" | "account_forbidden" | "revalidation_unknown" | "already_decided" | "idempotency_key_reused" | "already_asked_otherwise" | "answer_too_old" | "body_too_large" | "content_type_unsupported" | "request_invalid" | "consent_missing" | "speech_match_needs_live_capture" | "retry_not_allowed" | "retry_unknown" | "retry_not_declined" | "retry_needs_liveness" | "retry_too_late" | "retries_used_up" | "threshold_below_policy" | "media_empty" | "media_too_large" | "media_type_not_supported" | "media_unreadable" | "media_incomplete" | "media_too_small" | "media_without_video" | "media_too_long" | "photo_cannot_prove_liveness" | "media_gone" | "media_changed" | "unexpected";
            errors?: {
                path: string;
                /** @enum {string} */
                code: "missing" | "wrong_type" | "out_of_range" | "not_one_of" | "malformed" | "unknown_field" | "rule";
                detail: string;
            }[];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    StartRevalidation: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same body is the same re-validation for 90 days, or as long as records are kept if that is shorter. Keys belong to their caller. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TicketBody"] | components["schemas"]["StartBody"];
            };
        };
        responses: {
            /** @description It was claimed before. */
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
                    "application/json": components["schemas"]["Started"];
                };
            };
            /** @description It is accepted. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "revalidationId": "RVL5f2b8c1d9e3a47608f1c2d3e4b5a6978",
                     *       "phase": "awaiting_upload",
                     *       "accountId": "ana",
                     *       "enrollmentId": "ENR0123456789abcdef0123456789abcdef",
                     *       "reference": "case 7",
                     *       "requested": {
                     *         "threshold": 0.8
                     *       },
                     *       "calledBy": "iam:arn:aws:sts::111122223333:assumed-role/Onboarding",
                     *       "upload": {
                     *         "url": "https://example-bucket.s3.us-east-1.amazonaws.com/",
                     *         "fields": {
                     *           "Content-Type": "image/jpeg",
                     *           "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
                     *           "X-Amz-Credential": "EXAMPLE-KEY-ID/20261123/us-east-1/s3/aws4_request",
                     *           "X-Amz-Date": "20261123T100000Z",
                     *           "X-Amz-Signature": "0000000000000000000000000000000000000000000000000000000000000000",
                     *           "Policy": "e30=",
                     *           "key": "inbox/ana/ENR0123456789abcdef0123456789abcdef/RVL5f2b8c1d9e3a47608f1c2d3e4b5a6978.jpg"
                     *         },
                     *         "expiresAt": "2026-11-23T10:05:00.000Z"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Started"];
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
            /** @description The token names no subject. Or: The caller may not see this account. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such re-validation. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The key was used with another request. Or: The media was asked about with another request. Or: The existing answer is older than the request allows. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
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
            /** @description The request breaks a rule. Or: The consent of the person is missing. Or: Speech cannot be matched from a file. Or: Linked retries are switched off. Or: The validation to retry is not of this person. Or: Only what was declined can be retried. Or: Only a passive liveness check can be retried. Or: The time for a retry is over. Or: There is no retry left. Or: The threshold is below the floor of this deployment. Or: The media is empty. Or: The media is too large. Or: The media type is not supported. Or: The media cannot be read. Or: The media is incomplete. Or: The media has too few pixels. Or: The media holds no video. Or: The media lasts too long. Or: A photo cannot prove liveness. Or: There is no such media. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ReadRevalidation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the re-validation. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The current state. */
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
            /** @description The token names no subject. Or: The caller may not see this account. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such re-validation. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The server failed. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ListRevalidations: {
        parameters: {
            query?: {
                /** @description The most entries of a page. */
                limit?: number;
                /** @description The cursor of the previous page. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description The person. */
                accountId: string;
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
            /** @description The token names no subject. Or: The caller may not see this account. */
            403: {
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
            /** @description The server failed. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    CancelRevalidation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of the re-validation. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is canceled. */
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
                     *       "phase": "canceled",
                     *       "canceledBy": "iam:arn:aws:sts::111122223333:assumed-role/Onboarding",
                     *       "outcome": {
                     *         "revalidationId": "RVL5f2b8c1d9e3a47608f1c2d3e4b5a6978",
                     *         "status": "canceled",
                     *         "reason": "canceled_by_caller",
                     *         "accountId": "ana",
                     *         "enrollmentId": "ENR0123456789abcdef0123456789abcdef",
                     *         "decidedBy": "caller",
                     *         "decidedAt": "2026-11-23T10:00:07.000Z"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Revalidation"];
                };
            };
            /** @description The token names no subject. Or: The caller may not see this account. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is no such re-validation. */
            404: {
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
            /** @description The server failed. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
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
            /** @description The server failed. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
