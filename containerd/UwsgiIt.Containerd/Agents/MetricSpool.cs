using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Microsoft.Extensions.Options;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Containerd.Hosting;

namespace UwsgiIt.Containerd.Agents;

/// <summary>Measurements that wait for the api, a packed file for each look.</summary>
internal sealed partial class MetricSpool(IOptions<CollectorOptions> options, IOptions<PathOptions> paths, TimeProvider time, ILogger<MetricSpool> logger)
{
    /// <summary>The files.</summary>
    public SpoolDirectory Waiting { get; } = new(paths.Value.StateDirectory + "/metrics", int.MaxValue, options.Value.SpoolBytes);

    /// <summary>Adds the samples of one look. Throws what a full disk throws.</summary>
    public void Add(IReadOnlyList<HostMetric> samples)
    {
        if (samples.Count == 0)
        {
            return;
        }

        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            JsonSerializer.Serialize(gzip, new HostMetrics { Samples = samples }, ApiJson.Options);
        }

        if (Waiting.Add(time.GetUtcNow().ToUnixTimeMilliseconds().ToString("D15", CultureInfo.InvariantCulture) + ".json.gz", packed.GetBuffer().AsSpan(0, (int)packed.Length)) is > 0 and var gone)
        {
            Log.Full(logger, gone);
        }
    }

    /// <summary>Samples of one file; <see cref="JsonException"/> or <see cref="InvalidDataException"/> when it is none of ours.</summary>
    public static IReadOnlyList<HostMetric> Read(string file)
    {
        using var stream = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
        return JsonSerializer.Deserialize<HostMetrics>(stream, ApiJson.Options)?.Samples ?? throw new JsonException("null");
    }

    private static partial class Log
    {
        [LoggerMessage(ContainerdEventIds.SpoolFull, LogLevel.Warning, "The spool of measurements is full: {Count} old one(s) went.")]
        public static partial void Full(ILogger logger, int count);
    }
}
