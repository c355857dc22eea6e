using System.Text;
using System.Text.Json;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Protocol.Subscriptions;

namespace UwsgiIt.Router.Agents;

/// <summary>
/// Public keys and certificates of the api as files. A list of what was written is kept beside them: nothing else is ever removed. 1 what is to
/// be there, 2 is too much to vanish, 3 the list of old and new, 4 the files, each whole or not at all, 5 away with what is not wanted, 6 the list.
/// </summary>
internal sealed class AgentFiles(AgentOptions options)
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Public = Private | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private string ListFile => Path.Combine(options.Directory, "agent.json");

    /// <summary>How many files were written and removed; null when the state would remove too much without an operator's word.</summary>
    public (int Written, int Removed)? Apply(HostState state)
    {
        var wanted = Wanted(state);
        var known = ReadList();
        var unwanted = known.Where(file => !wanted.ContainsKey(file)).ToList();
        if (!state.Confirmed && RemovalGuard.IsMuch(known.Count, unwanted.Count))
        {
            return null;
        }

        Directory.CreateDirectory(options.Domains);
        Directory.CreateDirectory(options.Certificates, Private | UnixFileMode.UserExecute);
        var changed = wanted.Where(file => !HasText(file.Key, file.Value)).ToList();
        if (changed.Count + unwanted.Count == 0)
        {
            return (0, 0);
        }

        WriteList(known.Union(wanted.Keys));
        foreach (var (file, text) in changed)
        {
            Write(Path.Combine(options.Directory, file), text, file.EndsWith(".key", StringComparison.Ordinal) ? Private : Public);
        }

        foreach (var file in unwanted)
        {
            File.Delete(Path.Combine(options.Directory, file));
        }

        WriteList(wanted.Keys);
        return (changed.Count, unwanted.Count);
    }

    /// <summary>Text by path below our folder. Names are sanitised here again: what the api says is not trusted with a path.</summary>
    private static Dictionary<string, string> Wanted(HostState state)
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var key in state.Keys)
        {
            foreach (var domain in key.Domains.Where(IsSafe))
            {
                files[$"domains/{PublicKey.FileName(domain)}"] = key.PublicKey;
            }
        }

        foreach (var certificate in state.Certificates)
        {
            foreach (var name in certificate.Names.Select(static name => name.StartsWith("*.", StringComparison.Ordinal) ? name[1..] : name).Where(IsSafe))
            {
                files[$"certificates/{name}.crt"] = certificate.Chain;
                files[$"certificates/{name}.key"] = certificate.PrivateKey;
            }
        }

        return files;
    }

    private static bool IsSafe(string name) => name.Length is > 1 and <= 254 && !name.Contains("..", StringComparison.Ordinal) && name.All(static letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '.' or '-' or '_');

    private bool HasText(string file, string text)
    {
        try
        {
            return File.ReadAllText(Path.Combine(options.Directory, file)) == text;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private HashSet<string> ReadList()
    {
        try
        {
            return JsonSerializer.Deserialize<HashSet<string>>(File.ReadAllText(ListFile)) ?? [];
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            // Nothing of ours is known, so nothing is removed.
            return [];
        }
    }

    private void WriteList(IEnumerable<string> files)
    {
        Directory.CreateDirectory(options.Directory);
        Write(ListFile, JsonSerializer.Serialize(files.Order(StringComparer.Ordinal)), Private);
    }

    private static void Write(string path, string text, UnixFileMode mode)
    {
        var temporary = path + ".new";
        using (var file = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = mode }))
        {
            file.Write(Encoding.UTF8.GetBytes(text));
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }
}
