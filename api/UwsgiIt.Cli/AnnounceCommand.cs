using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using UwsgiIt.Protocol.Subscriptions;

namespace UwsgiIt.Cli;

/// <summary><c>uwsgiit announce</c>: signs and sends subscription packets for a program that has no uWSGI.</summary>
internal static class AnnounceCommand
{
    public static Command Create()
    {
        var server = new Option<string>("--server", "-s") { Description = "The router's announce socket: a path, or ip:port.", Required = true };
        var key = new Option<string>("--key", "-k") { Description = "The name to serve: host, optionally :port or /path; .host for all names below it.", Required = true };
        var address = new Option<string>("--address", "-a") { Description = "Where the program listens: an absolute socket path, or ip:port.", Required = true };
        var protocol = new Option<string>("--proto", "-p") { Description = "What it speaks: uwsgi, http, fastcgi, scgi or h2c.", DefaultValueFactory = static _ => "http" };
        var privateKey = new Option<FileInfo>("--private-key") { Description = "PEM of the private key to sign with; read again for every packet. Without it packets are unsigned." };
        var digest = new Option<string>("--digest") { Description = "sha1, sha256, sha384 or sha512.", DefaultValueFactory = static _ => "sha256" };
        var weight = new Option<ulong>("--weight") { Description = "Balancing weight.", DefaultValueFactory = static _ => 1 };
        var backup = new Option<ulong>("--backup") { Description = "Backup level; 0 takes traffic first." };
        var algorithm = new Option<string?>("--algo") { Description = "wrr, lrc, wlrc or iphash, for a name that nobody serves yet." };
        var drain = new Option<bool>("--drain") { Description = "Have the router send no new requests to the address; those in flight finish." };
        var forceHttps = new Option<bool>("--force-https") { Description = "Have the router redirect plain HTTP to https." };
        var sniKey = new Option<string?>("--sni-key") { Description = "Private key of the name's certificate: a path the router may open, or @FILE to send its text along." };
        var sniCertificate = new Option<string?>("--sni-crt") { Description = "The certificate, likewise." };
        var sniCa = new Option<string?>("--sni-ca") { Description = "Authority of client certificates, likewise; a leading ! makes them mandatory." };
        var frequency = new Option<int>("--frequency") { Description = "Seconds between announces.", DefaultValueFactory = static _ => 10 };
        var once = new Option<bool>("--once") { Description = "Send one announce and exit." };
        var remove = new Option<bool>("--unsubscribe") { Description = "Send one unsubscribe and exit." };
        var program = new Argument<string[]>("program") { Description = "After --: a program to run and to announce while it lives.", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("announce", "Announce an address to a router, once or for as long as a program runs.")
        {
            server, key, address, protocol, privateKey, digest, weight, backup, algorithm, forceHttps, drain, sniKey, sniCertificate, sniCa, frequency, once, remove, program,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            try
            {
                var announcement = new Announcement
                {
                    Server = parsed.GetValue(server)!,
                    PrivateKey = parsed.GetValue(privateKey),
                    Digest = DigestOf(parsed.GetValue(digest)!),
                    Packet = new SubscriptionPacket
                    {
                        Command = SubscriptionCommand.Subscribe,
                        Key = parsed.GetValue(key)!,
                        Address = parsed.GetValue(address),
                        Protocol = SubscriptionWords.TryReadProtocol(Encoding.UTF8.GetBytes(parsed.GetValue(protocol)!), out var word) ? word : throw new UsageException($"--proto {parsed.GetValue(protocol)} is not uwsgi, http, fastcgi, scgi or h2c"),
                        Weight = parsed.GetValue(weight),
                        Backup = parsed.GetValue(backup),
                        Algorithm = parsed.GetValue(algorithm) is { } name ? SubscriptionWords.ReadAlgorithm(Encoding.UTF8.GetBytes(name)) ?? throw new UsageException($"--algo {name} is not wrr, lrc, wlrc or iphash") : null,
                        ForcesHttps = parsed.GetValue(forceHttps),
                        Drains = parsed.GetValue(drain),
                        Sni = SniOf(parsed.GetValue(sniKey), parsed.GetValue(sniCertificate), parsed.GetValue(sniCa)),
                    },
                };
                announcement.Check();
                return Announcer.RunAsync(announcement, new AnnounceMode(parsed.GetValue(once), parsed.GetValue(remove), TimeSpan.FromSeconds(Math.Clamp(parsed.GetValue(frequency), 1, 3600)), parsed.GetValue(program) ?? []), cancellationToken);
            }
            catch (UsageException e)
            {
                Console.Error.WriteLine($"uwsgiit announce: {e.Message}.");
                return Task.FromResult(64);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
            {
                Console.Error.WriteLine($"uwsgiit announce: {e.Message}");
                return Task.FromResult(66);
            }
        });
        return command;
    }

    private static HashAlgorithmName DigestOf(string name) => name.ToUpperInvariant() switch
    {
        "SHA1" => HashAlgorithmName.SHA1,
        "SHA256" => HashAlgorithmName.SHA256,
        "SHA384" => HashAlgorithmName.SHA384,
        "SHA512" => HashAlgorithmName.SHA512,
        _ => throw new UsageException($"--digest {name} is not sha1, sha256, sha384 or sha512"),
    };

    private static SniClaim? SniOf(string? key, string? certificate, string? authority)
    {
        if (key is null != certificate is null || (authority is not null && key is null))
        {
            throw new UsageException("--sni-key and --sni-crt belong together, and --sni-ca to both");
        }

        var required = authority?.StartsWith('!') ?? false;
        return key is null ? null : new SniClaim(TextOf(key), TextOf(certificate!), authority is null ? null : TextOf(required ? authority[1..] : authority), required);
    }

    private static string TextOf(string value) => value.StartsWith('@') ? File.ReadAllText(value[1..]) : value;
}
