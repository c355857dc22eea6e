using System.Globalization;
using System.Text;
using UwsgiIt.Linux;

namespace UwsgiIt.Emperor.Setup;

/// <summary>
/// The distro's passwd and group with the container's own user in them, so that programs which ask for the name of a uid find one. The distro's
/// texts are copied and never read for their meaning: they may be a customer's.
/// </summary>
internal static class UserFiles
{
    /// <summary>Longest file that is taken over, in bytes; ours, arbitrary, may grow.</summary>
    public const int MaxBytes = 64 * 1024;

    public static readonly string[] Names = ["passwd", "group"];

    /// <summary>The text with a line for the user in front; null where the distro has no such file that we would take.</summary>
    public static byte[]? Of(SafeDirectory root, string name, uint uid, string userName, string home)
    {
        try
        {
            using var file = root.OpenFile("etc/" + name);
            var length = RandomAccess.GetLength(file);
            if (length > MaxBytes)
            {
                return null;
            }

            var text = new byte[length];
            var count = RandomAccess.Read(file, text, 0);
            return [.. Encoding.UTF8.GetBytes(LineOf(name, uid, userName, home)), .. text.AsSpan(0, count)];
        }
        catch (LinuxException)
        {
            // Absent, or a link: such a distro names its users in another way.
            return null;
        }
    }

    /// <summary>passwd(5) or group(5).</summary>
    public static string LineOf(string name, uint uid, string userName, string home) => name == "passwd"
        ? string.Create(CultureInfo.InvariantCulture, $"{uid}:x:{uid}:{uid}:{userName}:{home}:/bin/sh\n")
        : string.Create(CultureInfo.InvariantCulture, $"{uid}:x:{uid}:\n");
}
