namespace UwsgiIt.Router.Hosting;

/// <summary>The public side. Changes need a restart. All sources "ours" unless said.</summary>
internal sealed class ListenerOptions : IValidatedOptions
{
    public static string SectionName => "Listener";

    /// <summary>Listeners. Default: 127.0.0.1:8080 without TLS.</summary>
    public IList<EndpointOptions> Endpoints { get; init; } = [];

    /// <summary>How long requests in flight may take to finish after SIGTERM. Default 30 s.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest time for a request head to arrive. Default 10 s (the platform's setting).</summary>
    public TimeSpan RequestHeadTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an idle client connection is kept. Default 75 s (nginx's keepalive_timeout).</summary>
    public TimeSpan KeepAliveTimeout { get; set; } = TimeSpan.FromSeconds(75);

    /// <summary>Longest request head, in bytes, beside the request line. Default 32 KiB (Kestrel's); longer: 431.</summary>
    public int MaxRequestHeadBytes { get; set; } = 32 * 1024;

    /// <summary>Longest request body, in bytes; longer: 413. Default none.</summary>
    public long? MaxRequestBodyBytes { get; set; }

    public IReadOnlyList<EndpointOptions> EffectiveEndpoints => Endpoints.Count > 0 ? [.. Endpoints] : [new EndpointOptions { Address = "127.0.0.1:8080" }];

    public IEnumerable<OptionFault> Validate()
    {
        foreach (var fault in Endpoints.SelectMany(static endpoint => endpoint.Validate()))
        {
            yield return fault;
        }

        foreach (var (setting, value) in new[] { ("DrainTimeout", DrainTimeout), ("RequestHeadTimeout", RequestHeadTimeout), ("KeepAliveTimeout", KeepAliveTimeout) })
        {
            if (value <= TimeSpan.Zero)
            {
                yield return new OptionFault($"Listener:{setting}", value.ToString(), "is not a positive time", "Write for example \"00:00:30\"");
            }
        }

        if (MaxRequestHeadBytes is < 1024 or > 1024 * 1024)
        {
            yield return new OptionFault("Listener:MaxRequestHeadBytes", $"{MaxRequestHeadBytes}", "is not between 1 KiB and 1 MiB", "Write for example 32768");
        }

        if (MaxRequestBodyBytes < 0)
        {
            yield return new OptionFault("Listener:MaxRequestBodyBytes", $"{MaxRequestBodyBytes}", "is negative", "Write a number of bytes, or leave it out");
        }
    }
}
