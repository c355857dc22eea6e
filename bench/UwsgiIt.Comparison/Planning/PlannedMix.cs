using System.Text.Json;
using System.Text.Json.Serialization;
using UwsgiIt.LoadTest;

namespace UwsgiIt.Comparison.Planning;

/// <summary>A traffic mix as its file has it.</summary>
/// <param name="Requests">Kinds of requests with their shares.</param>
/// <param name="Name">For reports.</param>
/// <param name="RequestsPerSecond">What is expected, for the headroom; 0 when unknown.</param>
/// <param name="Connections">Idle connections beside, for the memory.</param>
/// <param name="TlsConnections">Idle connections over TLS beside.</param>
internal sealed record PlannedMix(IReadOnlyList<PlannedRequest> Requests, string Name = "mix", double RequestsPerSecond = 0, long Connections = 0, long TlsConnections = 0)
{
    /// <summary>Largest file, in bytes, and most kinds in it; ours, may grow.</summary>
    public const int MaxFileBytes = 1 << 20;
    private const int MaxRequests = 10_000;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        AllowTrailingCommas = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    /// <summary>Each kind with its share of all, from 0 to 1.</summary>
    public IEnumerable<(PlannedRequest Request, double Share)> Shares
    {
        get
        {
            var sum = Requests.Sum(static request => request.Weight);
            return Requests.Select(request => (request, request.Weight / sum));
        }
    }

    public TrafficMix ToTraffic() => new([.. Requests.Select(static request => request.ToItem())]);

    /// <summary>Throws <see cref="ArgumentException"/> or <see cref="IOException"/>, with what is wrong.</summary>
    public static PlannedMix Load(string file) =>
        new FileInfo(file).Length <= MaxFileBytes ? Parse(File.ReadAllBytes(file)) : throw new ArgumentException($"The mix is larger than {MaxFileBytes} bytes.");

    /// <summary>Throws <see cref="ArgumentException"/> with what is wrong.</summary>
    public static PlannedMix Parse(ReadOnlySpan<byte> json)
    {
        PlannedMix? mix;
        try
        {
            mix = JsonSerializer.Deserialize<PlannedMix>(json, Json);
        }
        catch (JsonException e)
        {
            throw new ArgumentException($"The mix is not as it should be: {e.Message}", e);
        }

        if (mix?.Requests is not { Count: > 0 and <= MaxRequests })
        {
            throw new ArgumentException($"The mix has no requests, or more than {MaxRequests} kinds.");
        }

        if (!(mix.RequestsPerSecond >= 0) || mix.Connections < 0 || mix.TlsConnections < 0)
        {
            throw new ArgumentException("requestsPerSecond, connections and tlsConnections are 0 or more.");
        }

        for (var i = 0; i < mix.Requests.Count; i++)
        {
            if (mix.Requests[i] is null || mix.Requests[i].Fault is not null)
            {
                throw new ArgumentException($"Request {i + 1} of the mix: {mix.Requests[i]?.Fault ?? "is missing"}.");
            }
        }

        return mix;
    }
}
