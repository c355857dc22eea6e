using Microsoft.Extensions.Options;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Linux;

namespace UwsgiIt.Containerd.Agents;

/// <summary>Renews this host's client certificate in time, for the router beside us too: the files are root's.</summary>
internal sealed partial class CertificateKeeper(IOptions<AgentOptions> options, TimeProvider time, ILogger<CertificateKeeper> logger) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => options.Value.Api is null ? Task.CompletedTask
        : new CertificateRenewal(options.Value.Connection, KeepOwner, time).KeepAsync(end => Log.Renewed(logger, end), e => Log.NotRenewed(logger, e.Message), stoppingToken);

    private static void KeepOwner(string fresh, string old)
    {
        FileFacts facts;
        using (var file = File.OpenHandle(old))
        {
            facts = SafePath.Stat(file);
        }

        using var folder = SafeDirectory.OpenTrusted(Path.GetDirectoryName(fresh)!);
        folder.ChangeOwner(Path.GetFileName(fresh), facts.UserId, facts.GroupId);
    }

    private static partial class Log
    {
        [LoggerMessage(ContainerdEventIds.CertificateRenewed, LogLevel.Information, "This host's client certificate was renewed, it ends at {End}.")]
        public static partial void Renewed(ILogger logger, DateTimeOffset end);

        [LoggerMessage(ContainerdEventIds.CertificateNotRenewed, LogLevel.Warning, "This host's client certificate is due and was not renewed, it is tried again: {Problem}")]
        public static partial void NotRenewed(ILogger logger, string problem);
    }
}
