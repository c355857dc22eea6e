using Microsoft.Extensions.Options;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Router.Diagnostics;

namespace UwsgiIt.Router.Agents;

/// <summary>Renews this host's client certificate in time where the files are ours; where they are root's, containerd does.</summary>
internal sealed partial class CertificateKeeper(IOptions<AgentOptions> options, TimeProvider time, ILogger<CertificateKeeper> logger) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => options.Value.Api is null ? Task.CompletedTask
        : new CertificateRenewal(options.Value.Connection, null, time).KeepAsync(end => Log.Renewed(logger, end), e => Log.NotRenewed(logger, e.Message), stoppingToken);

    private static partial class Log
    {
        [LoggerMessage(RouterEventIds.AgentCertificateRenewed, LogLevel.Information, "This host's client certificate was renewed, it ends at {End}.")]
        public static partial void Renewed(ILogger logger, DateTimeOffset end);

        [LoggerMessage(RouterEventIds.AgentCertificateNotRenewed, LogLevel.Warning, "This host's client certificate is due and was not renewed by the router, it is tried again: {Problem}")]
        public static partial void NotRenewed(ILogger logger, string problem);
    }
}
