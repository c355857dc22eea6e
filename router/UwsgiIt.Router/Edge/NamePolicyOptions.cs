using UwsgiIt.Router.Hosting;

namespace UwsgiIt.Router.Edge;

/// <summary>What holds for the requests of a name. What is not said falls back to <c>Policy:Default</c>, then to the default named here. All sources "ours".</summary>
internal sealed class NamePolicyOptions
{
    /// <summary>Request headers with '_' in their names: Drop, Refuse (400) or Pass. Default Drop.</summary>
    public UnderscorePolicy? Underscores { get; set; }

    /// <summary>Whether <c>%2f</c> may be in a path. Default true: many applications put names with slashes there.</summary>
    public bool? EncodedSlashes { get; set; }

    /// <summary>Whether <c>%5c</c>, or a bare backslash, may be in a path. Default false: a backend that takes it for a slash sees another path than we do. <c>%00</c> never may.</summary>
    public bool? EncodedBackslashes { get; set; }

    /// <summary>Addresses and ranges that may come; empty, the default, lets everybody come. Others get 403.</summary>
    public IList<string>? Allow { get; set; }

    /// <summary>Addresses and ranges that may not come: 403. Goes before <see cref="Allow"/>. Default none.</summary>
    public IList<string>? Deny { get; set; }

    /// <summary>Requests per second of one address (an IPv6 /64 being one); more get 429. Default no limit.</summary>
    public int? AddressRate { get; set; }

    /// <summary>How many requests of one address may come at once. Default: ten seconds' worth.</summary>
    public int? AddressBurst { get; set; }

    /// <summary>Requests per second of the name; more get 429. Default no limit.</summary>
    public int? NameRate { get; set; }

    /// <summary>How many requests of the name may come at once. Default: ten seconds' worth.</summary>
    public int? NameBurst { get; set; }

    /// <summary>Names with the same group share one <see cref="NameRate"/>: all names of a customer, for example. Default: each name for itself.</summary>
    public string? RateGroup { get; set; }

    /// <summary>Bytes of responses per second of the name, or of all names without a policy of their own together. Default no limit.</summary>
    public long? BytesPerSecond { get; set; }

    /// <summary>Bytes of request bodies per second of the name, or of all names without a policy of their own together. Default no limit.</summary>
    public long? UploadBytesPerSecond { get; set; }

    /// <summary>
    /// Take request bodies in whole before a node is asked, so that a slow upload holds none of its workers; bounded by
    /// <c>Forwarding:BufferMemoryBytes</c> and <c>MaxBufferedBodyBytes</c>. Not for h2c nodes. Default false: bodies are streamed.
    /// </summary>
    public bool? BufferUploads { get; set; }

    /// <summary>
    /// How long a client may leave a response of the name where it is, in place of <c>Forwarding:ClientStallTimeout</c>: for downloads that players
    /// pause, over HTTP/1. Default none.
    /// </summary>
    public TimeSpan? ClientStallTimeout { get; set; }

    /// <summary>
    /// Requests per second of all subscribed names of one customer together, a customer being the key that verifies his announces; more get
    /// 429. Names for which this and CustomerBurst are the same count together. Default no limit.
    /// </summary>
    public int? CustomerRate { get; set; }

    /// <summary>How many requests of a customer's names may come at once. Default: ten seconds' worth.</summary>
    public int? CustomerBurst { get; set; }

    /// <summary>Files to send as bodies of our own error answers, by status, before those of <c>Routing:ErrorPages</c>. Default none.</summary>
    public IDictionary<string, string>? ErrorPages { get; set; }

    /// <summary>Answer 503 to everything. Default false.</summary>
    public bool? Maintenance { get; set; }

    /// <summary>Answer plain HTTP with a redirect to https (301, or 308 for methods that change something). Default false.</summary>
    public bool? RedirectToHttps { get; set; }

    /// <summary>Port of those redirects. Default 443.</summary>
    public int? HttpsPort { get; set; }

    /// <summary>File of users for basic authentication, lines of <c>name:pbkdf2_sha256$iterations$salt$base64</c>; read on start and reload. Default none.</summary>
    public string? BasicUsersFile { get; set; }

    /// <summary>URL of a service that is asked before each request: 2xx passes, any other answer is the client's. Default none.</summary>
    public string? ForwardAuth { get; set; }

    /// <summary>Headers of that service's 2xx answer that replace the client's on the way to the upstream, for example X-User. Default none.</summary>
    public IList<string>? ForwardAuthHeaders { get; set; }

    /// <summary>
    /// Compress responses (br, zstd, gzip) that are not, of the types that gain from it. Default false: where a response repeats what a stranger can
    /// choose beside a secret, its length tells the secret.
    /// </summary>
    public bool? Compress { get; set; }

    public IEnumerable<OptionFault> Validate(string setting)
    {
        foreach (var text in (Allow ?? []).Concat(Deny ?? []).Where(static text => !Networks.IsValid(text)))
        {
            yield return new OptionFault($"{setting}:Allow or Deny", text, "is not an address or a range", "Write 10.0.0.1, 10.0.0.0/8, fd00::/8 or unix");
        }

        foreach (var (name, value) in new (string, long?)[] { ("AddressRate", AddressRate), ("AddressBurst", AddressBurst), ("NameRate", NameRate), ("NameBurst", NameBurst), ("CustomerRate", CustomerRate), ("CustomerBurst", CustomerBurst), ("BytesPerSecond", BytesPerSecond), ("UploadBytesPerSecond", UploadBytesPerSecond) })
        {
            if (value < 1)
            {
                yield return new OptionFault($"{setting}:{name}", $"{value}", "is not a positive number", "Write at least 1, or leave it out for no limit");
            }
        }

        if (ClientStallTimeout <= TimeSpan.Zero)
        {
            yield return new OptionFault($"{setting}:ClientStallTimeout", $"{ClientStallTimeout}", "is not a positive time", "Write for example \"00:10:00\", or leave it out");
        }

        foreach (var fault in Routing.ErrorPages.Validate($"{setting}:ErrorPages", ErrorPages))
        {
            yield return fault;
        }

        if (HttpsPort is < 1 or > 65535)
        {
            yield return new OptionFault($"{setting}:HttpsPort", $"{HttpsPort}", "is not a port", "Write 443, or leave it out");
        }

        if (BasicUsersFile is { } file && !BasicUsers.TryRead(file, out _, out var problem))
        {
            yield return new OptionFault($"{setting}:BasicUsersFile", file, $"cannot be used: {problem}", "See the configuration reference for the format");
        }

        if (ForwardAuth is { } url && !(Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
        {
            yield return new OptionFault($"{setting}:ForwardAuth", url, "is not a URL", "Write http://127.0.0.1:9000/verify");
        }

        if (Underscores is { } underscores && !Enum.IsDefined(underscores))
        {
            yield return new OptionFault($"{setting}:Underscores", $"{underscores}", "is not a policy", "Write Drop, Refuse or Pass");
        }
    }
}
