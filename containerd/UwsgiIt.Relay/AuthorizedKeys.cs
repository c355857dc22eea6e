using System.Globalization;

namespace UwsgiIt.Relay;

/// <summary>AuthorizedKeysCommand of sshd: the keys of the container whose uid is the login name. Nothing outside one directory of root's is read.</summary>
internal static class AuthorizedKeys
{
    private const int MaxBytes = 256 * 8192;

    public static int Print(string name)
    {
        // Digits only, as the daemon writes them: no alias, no path.
        if (!uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var uid) || uid.ToString(CultureInfo.InvariantCulture) != name)
        {
            return 0;
        }

        var path = $"{RelayPaths.KeyDirectory}/{uid}";
        if (new FileInfo(path) is { Exists: true, Length: <= MaxBytes })
        {
            Console.Out.Write(File.ReadAllText(path));
        }

        return 0;
    }
}
