/** Tokens of types that other types' code asks about. */
export const ACCOUNT = "gcp:serviceaccount/account:Account";
export const BUCKET = "gcp:storage/bucket:Bucket";
export const BUCKET_MEMBER = "gcp:storage/bucketIAMMember:BucketIAMMember";
export const DATABASE = "gcp:sql/database:Database";
export const HMAC_KEY = "gcp:storage/hmacKey:HmacKey";
export const JOB = "gcp:cloudrunv2/job:Job";
export const PROJECT_MEMBER = "gcp:projects/iAMMember:IAMMember";
export const SECRET = "gcp:secretmanager/secret:Secret";
export const SECRET_MEMBER =
	"gcp:secretmanager/secretIamMember:SecretIamMember";
export const SECRET_VERSION = "gcp:secretmanager/secretVersion:SecretVersion";
export const SERVICE = "gcp:cloudrunv2/service:Service";
export const SERVICE_MEMBER =
	"gcp:cloudrunv2/serviceIamMember:ServiceIamMember";
export const SQL_INSTANCE = "gcp:sql/databaseInstance:DatabaseInstance";
export const SQL_USER = "gcp:sql/user:User";
export const TOPIC = "gcp:pubsub/topic:Topic";
export const TOPIC_MEMBER = "gcp:pubsub/topicIAMMember:TopicIAMMember";

/** Every type that grants something to a member. */
export const MEMBER_TYPES = [
	BUCKET_MEMBER,
	PROJECT_MEMBER,
	SECRET_MEMBER,
	SERVICE_MEMBER,
	TOPIC_MEMBER,
];
