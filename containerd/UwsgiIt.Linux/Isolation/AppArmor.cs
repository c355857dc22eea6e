namespace UwsgiIt.Linux.Isolation;

/// <summary>The profile that holds containers' processes, where the kernel has AppArmor and the operator has loaded it (deploy/apparmor).</summary>
public static class AppArmor
{
    /// <summary>Its name.</summary>
    public const string Profile = "uwsgiit-container";

    /// <summary>The file of a thread's own profile.</summary>
    internal const string File = "/proc/thread-self/attr/current";

    private const string Enabled = "/sys/module/apparmor/parameters/enabled";
    private const string Loaded = "/sys/kernel/security/apparmor/profiles";

    /// <summary>The profile in force, or why there is none.</summary>
    public static string Report => !IsEnabled ? "none: this kernel has no AppArmor, or it is off" : IsLoaded ? Profile : $"none: the profile {Profile} is not loaded";

    /// <summary>True when processes can be put under it.</summary>
    public static bool IsLoaded => IsEnabled && Has(Profile);

    private static bool IsEnabled => System.IO.File.Exists(Enabled) && System.IO.File.ReadAllText(Enabled).StartsWith('Y');

    /// <summary>Puts the calling thread under it, and what it starts from now on, when it has given up its other rights. Throws <see cref="IOException"/>.</summary>
    public static void Enter()
    {
        using var file = System.IO.File.OpenHandle(File, FileMode.Open, FileAccess.Write);
        RandomAccess.Write(file, System.Text.Encoding.ASCII.GetBytes(ChangeTo(Profile)), 0);
    }

    /// <summary>What is written there.</summary>
    internal static string ChangeTo(string profile) => "changeprofile " + profile;

    private static bool Has(string profile)
    {
        try
        {
            return System.IO.File.ReadLines(Loaded).Any(line => line.StartsWith(profile + " (", StringComparison.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // securityfs is not mounted: then nobody can have loaded it, or tell us.
            return false;
        }
    }
}
