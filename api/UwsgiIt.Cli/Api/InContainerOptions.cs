using System.CommandLine;

namespace UwsgiIt.Cli.Api;

/// <summary>Options of <c>api init --in-container</c>.</summary>
internal sealed class InContainerOptions
{
    private readonly Option<bool> _flag = new("--in-container") { Description = "Puts the api into container 30000 of this host first, announced to the router as --domain. Needs the container daemon and a distro." };
    private readonly Option<string?> _domain = new("--domain") { Description = "With --in-container: the name it is reached by." };
    private readonly Option<string?> _distro = new("--distro") { Description = "With --in-container: the distro of its container, one with OpenSSL 3." };
    private readonly Option<string> _program = new("--program") { Description = "With --in-container: folder of the built api; without a runtime of its own it gets this host's.", DefaultValueFactory = static _ => "/opt/uwsgiit/api" };
    private readonly Option<string> _definitions = new("--definitions") { Description = "With --in-container: the daemon's folder of operators' definitions.", DefaultValueFactory = static _ => "/etc/uwsgiit/containers" };
    private readonly Option<string> _keys = new("--keys") { Description = "With --in-container: the router's folder of operators' public keys.", DefaultValueFactory = static _ => "/etc/uwsgiit/domains" };
    private readonly Option<string> _containers = new("--containers") { Description = "With --in-container: the daemon's folder of homes.", DefaultValueFactory = static _ => "/containers" };
    private readonly Option<int> _memory = new("--container-memory") { Description = "With --in-container: MB of memory of its container.", DefaultValueFactory = static _ => 1024 };
    private readonly Option<int> _storage = new("--container-storage") { Description = "With --in-container: MB of disk of its container.", DefaultValueFactory = static _ => 20_000 };

    public InContainerOptions(Command command)
    {
        command.Add(_flag);
        command.Add(_domain);
        command.Add(_distro);
        command.Add(_program);
        command.Add(_definitions);
        command.Add(_keys);
        command.Add(_containers);
        command.Add(_memory);
        command.Add(_storage);
    }

    /// <summary>The socket of the api that was put into its container; null without the flag.</summary>
    public async Task<string?> SocketAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (!parsed.GetValue(_flag))
        {
            return null;
        }

        var place = Read(parsed);
        await place.SetUpAsync(cancellationToken);
        return place.OperatorSocket;
    }

    /// <summary>What the operator writes into the settings of this host's programs.</summary>
    public void Tell(ParseResult parsed)
    {
        if (parsed.GetValue(_flag))
        {
            Console.WriteLine($"The api runs in container {InContainer.Uid}. Agents of this host: Agent:Api https://localhost, Agent:Socket {Read(parsed).HostSocket}; operators: --socket {Read(parsed).OperatorSocket}.");
        }
    }

    private InContainer Read(ParseResult parsed) => new()
    {
        Domain = parsed.GetValue(_domain) ?? throw new UsageException("--in-container needs --domain"),
        Distro = parsed.GetValue(_distro) ?? throw new UsageException("--in-container needs --distro"),
        Program = parsed.GetValue(_program)!.TrimEnd('/'),
        Definitions = parsed.GetValue(_definitions)!,
        Keys = parsed.GetValue(_keys)!,
        Containers = parsed.GetValue(_containers)!,
        MemoryMegabytes = parsed.GetValue(_memory),
        StorageMegabytes = parsed.GetValue(_storage),
    };
}
