using System.Net;
using DnsClient;
using DnsClient.Protocol;
using Microsoft.Extensions.Options;
using UwsgiIt.Api.Hosting;

namespace UwsgiIt.Api.Domains;

/// <summary>
/// Proof by DNS. 1 the name's own name servers, up to four, each resolved to an address; 2 TXT of the name, then of each parent, at those
/// servers, or at the resolvers when there are none. One bounded budget for all of it.
/// </summary>
internal sealed partial class DnsProof(IOptions<DnsOptions> options, ILogger<DnsProof> logger) : IDomainProof
{
    private const int MaxNameServers = 4;

    public async Task<bool> IsProvenAsync(string name, Guid customerUuid, CancellationToken cancellationToken)
    {
        var settings = options.Value;
        using var budget = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        budget.CancelAfter(settings.ClaimTimeout);
        var token = $"uwsgi:{customerUuid}";
        try
        {
            var resolver = Client(settings, settings.Resolvers.Select(IPEndPoint.Parse).Select(static endPoint => endPoint.Port == 0 ? new IPEndPoint(endPoint.Address, 53) : endPoint).ToArray());
            var servers = settings.AskAuthoritative ? await AuthoritativeAsync(resolver, name.TrimStart('.'), settings, budget.Token) : [];
            var asked = servers.Length > 0 ? Client(settings, servers) : resolver;
            foreach (var candidate in DomainName.WithParents(name))
            {
                if (await HoldsAsync(asked, candidate, token, budget.Token))
                {
                    return true;
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Log.Failed(logger, name, "the answers took too long");
        }

        return false;
    }

    private static LookupClient Client(DnsOptions settings, IPEndPoint[] servers) => new(new LookupClientOptions(servers) { AutoResolveNameServers = servers.Length == 0, Timeout = settings.QueryTimeout, Retries = 1, UseCache = false, ThrowDnsErrors = false, ContinueOnDnsError = true, ContinueOnEmptyResponse = false });

    private async Task<IPEndPoint[]> AuthoritativeAsync(LookupClient resolver, string name, DnsOptions settings, CancellationToken cancellationToken)
    {
        var servers = new List<IPEndPoint>();
        foreach (var record in (await AskAsync(resolver, name, QueryType.NS, cancellationToken)).OfType<NsRecord>().Take(MaxNameServers))
        {
            // One that cannot be resolved is skipped; the original gave up.
            if ((await AskAsync(resolver, record.NSDName.Value, QueryType.A, cancellationToken)).OfType<ARecord>().FirstOrDefault() is { } address)
            {
                servers.Add(new IPEndPoint(address.Address, settings.AuthoritativePort));
            }
        }

        return [.. servers];
    }

    private async Task<bool> HoldsAsync(LookupClient client, string name, string token, CancellationToken cancellationToken) =>
        (await AskAsync(client, name, QueryType.TXT, cancellationToken)).OfType<TxtRecord>().Any(record => record.Text.Any(text => text.Contains(token, StringComparison.OrdinalIgnoreCase)) || string.Concat(record.Text).Contains(token, StringComparison.OrdinalIgnoreCase));

    private async Task<IReadOnlyList<DnsResourceRecord>> AskAsync(LookupClient client, string name, QueryType type, CancellationToken cancellationToken)
    {
        try
        {
            return (await client.QueryAsync(name, type, QueryClass.IN, cancellationToken)).Answers;
        }
        catch (Exception e) when (e is DnsResponseException or System.Net.Sockets.SocketException or ArgumentException)
        {
            Log.Failed(logger, name, e.Message);
            return [];
        }
    }

    private static partial class Log
    {
        [LoggerMessage(ApiEventIds.DnsFailed, LogLevel.Debug, "DNS could not be asked about {Name}: {Problem}.")]
        public static partial void Failed(ILogger logger, string name, string problem);
    }
}
