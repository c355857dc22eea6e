using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using UwsgiIt.Containerd.Containers;
using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Containerd.Hosting;

namespace UwsgiIt.Containerd.Sessions;

/// <summary>
/// What the host's sshd reads: users of libnss-extrausers (a container's login name is its uid, its shell the relay) and one file of keys for
/// each. All are root's, written whole and renamed, outside every home.
/// </summary>
internal sealed partial class LoginFiles(IOptions<PathOptions> paths, IOptions<LoginOptions> options, ContainerRegistry registry, TimeProvider time, ILogger<LoginFiles> logger) : BackgroundService
{
    // What somebody else removed, or a full disk kept from being written, is there again after this long.
    private static readonly TimeSpan Round = TimeSpan.FromMinutes(1);

    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly Dictionary<string, string> _written = new(StringComparer.Ordinal);

    /// <summary>Where the relay looks for keys.</summary>
    public static string KeyDirectory(PathOptions paths) => paths.RuntimeDirectory + "/keys";

    /// <summary>passwd(5): password "*" is not a locked one, which sshd would refuse; the gecos field cannot hold a colon or a line's end.</summary>
    public static string PasswdOf(IEnumerable<ContainerDefinition> definitions, string containersRoot, string shell) =>
        Lines(definitions, definition => $"{definition.Uid}:x:{definition.Uid}:{definition.Uid}:{new string([.. definition.Name.Select(static c => c is ':' or ',' || char.IsControl(c) ? '-' : c)])}:{containersRoot}/{definition.Uid}:{shell}");

    public static string ShadowOf(IEnumerable<ContainerDefinition> definitions) => Lines(definitions, static definition => $"{definition.Uid}:*:::::::");

    public static string GroupOf(IEnumerable<ContainerDefinition> definitions) => Lines(definitions, static definition => $"{definition.Uid}:x:{definition.Uid}:");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        registry.Changed += Note;
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                TryWrite();
                using var waking = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                await Task.WhenAny(_changed.Reader.WaitToReadAsync(waking.Token).AsTask(), Task.Delay(Round, time, waking.Token));
                await waking.CancelAsync();
                _changed.Reader.TryRead(out _);
            }
        }
        finally
        {
            registry.Changed -= Note;
        }
    }

    private void Note() => _changed.Writer.TryWrite(true);

    private void TryWrite()
    {
        try
        {
            Write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full disk passes; the next round writes what is missing.
            Log.Failed(logger, e.Message);
        }
    }

    private void Write()
    {
        var definitions = registry.All.Select(static container => container.Wanted).OfType<ContainerDefinition>().OrderBy(static definition => definition.Uid).ToList();
        var keys = KeyDirectory(paths.Value);
        Directory.CreateDirectory(keys);
        foreach (var definition in definitions)
        {
            Replace($"{keys}/{definition.Uid}", string.Concat(definition.SshKeys.Select(static key => key + "\n")), 0x1A4);
        }

        foreach (var file in Directory.EnumerateFiles(keys).Where(file => !definitions.Exists(definition => Path.GetFileName(file) == definition.Uid.ToString(CultureInfo.InvariantCulture))))
        {
            File.Delete(file);
            _written.Remove(file);
        }

        if (options.Value.ExtrausersDirectory is { Length: > 0 } directory)
        {
            // Nobody logs in who has no key.
            var users = definitions.Where(static definition => definition.SshKeys.Count > 0).ToList();
            Directory.CreateDirectory(directory);
            Replace(directory + "/group", GroupOf(users), 0x1A4);
            Replace(directory + "/shadow", ShadowOf(users), 0x1A0);
            Replace(directory + "/passwd", PasswdOf(users, paths.Value.ContainersRoot, options.Value.Shell), 0x1A4);
        }
    }

    private void Replace(string path, string text, int mode)
    {
        if (_written.GetValueOrDefault(path) == text && File.Exists(path))
        {
            return;
        }

        var temporary = path + ".new~";
        File.Delete(temporary);
        using (var file = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = (UnixFileMode)mode }))
        {
            file.Write(Encoding.UTF8.GetBytes(text));
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
        _written[path] = text;
    }

    private static string Lines(IEnumerable<ContainerDefinition> definitions, Func<ContainerDefinition, FormattableString> line) =>
        string.Concat(definitions.Select(definition => line(definition).ToString(CultureInfo.InvariantCulture) + "\n"));

    private static partial class Log
    {
        [LoggerMessage(ContainerdEventIds.LoginFilesFailed, LogLevel.Warning, "The files of sshd were not written: {Reason}")]
        public static partial void Failed(ILogger logger, string reason);
    }
}
