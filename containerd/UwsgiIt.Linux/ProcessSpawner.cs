using System.Text;
using Microsoft.Win32.SafeHandles;
using static Tmds.Linux.LibC;

namespace UwsgiIt.Linux;

/// <summary>
/// Starts a program from the calling thread with posix_spawn(3): the child gets that thread's namespaces and credentials, default signals, and
/// exactly the descriptors it is given. There is no fork of a many-threaded process in it.
/// </summary>
public static unsafe class ProcessSpawner
{
    private const short POSIX_SPAWN_SETSIGDEF = 0x04;
    private const short POSIX_SPAWN_SETSIGMASK = 0x08;
    private const short POSIX_SPAWN_SETSID = 0x80;

    // sizeof(posix_spawn_file_actions_t) is 80, sizeof(posix_spawnattr_t) 336, sizeof(sigset_t) 128 in glibc on 64-bit machines.
    private const int ActionsSize = 80;
    private const int AttributesSize = 336;
    private const int SignalSetSize = 128;

    /// <summary>
    /// Starts <paramref name="path"/> in a session of its own. The descriptors become 0, 1, 2 … in the child; nothing else is open there.
    /// Throws <see cref="LinuxException"/>.
    /// </summary>
    /// <param name="path">The program.</param>
    /// <param name="arguments">argv, the name included.</param>
    /// <param name="environment">The whole environment, NAME=value.</param>
    /// <param name="descriptors">What the child holds, in order.</param>
    /// <returns>Its process number, in our namespace.</returns>
    public static int Start(string path, IReadOnlyList<string> arguments, IReadOnlyList<string> environment, IReadOnlyList<SafeFileHandle> descriptors)
    {
        ArgumentNullException.ThrowIfNull(descriptors);
        var actions = stackalloc byte[ActionsSize];
        var attributes = stackalloc byte[AttributesSize];
        var signals = stackalloc byte[SignalSetSize];
        Throw(Native.SpawnActionsInit(actions), "posix_spawn_file_actions_init", path);
        Throw(Native.SpawnAttributesInit(attributes), "posix_spawnattr_init", path);
        try
        {
            Throw(Native.SpawnAttributesFlags(attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID), "posix_spawnattr_setflags", path);
            new Span<byte>(signals, SignalSetSize).Clear();
            Throw(Native.SpawnAttributesSignalMask(attributes, signals), "posix_spawnattr_setsigmask", path);
            new Span<byte>(signals, SignalSetSize).Fill(0xFF);
            Throw(Native.SpawnAttributesSignalDefault(attributes, signals), "posix_spawnattr_setsigdefault", path);
            AddDescriptors(actions, descriptors, path);
            using var argv = new TextVector(arguments);
            using var envp = new TextVector(environment);
            fixed (byte* file = Encoding.UTF8.GetBytes(path + '\0'))
            {
                int pid;
                Throw(Native.PosixSpawn(&pid, file, actions, attributes, argv.Pointer, envp.Pointer), "posix_spawn", path);
                return pid;
            }
        }
        finally
        {
            _ = Native.SpawnActionsDestroy(actions);
            _ = Native.SpawnAttributesDestroy(attributes);
            foreach (var descriptor in descriptors)
            {
                GC.KeepAlive(descriptor);
            }
        }
    }

    /// <summary>In two moves, so that no target is overwritten while it is still somebody's source.</summary>
    private static void AddDescriptors(byte* actions, IReadOnlyList<SafeFileHandle> descriptors, string path)
    {
        var high = 1000;
        foreach (var descriptor in descriptors)
        {
            high = Math.Max(high, (int)descriptor.DangerousGetHandle() + 1);
        }

        for (var i = 0; i < descriptors.Count; i++)
        {
            Throw(Native.SpawnActionsDup2(actions, (int)descriptors[i].DangerousGetHandle(), high + i), "posix_spawn_file_actions_adddup2", path);
        }

        for (var i = 0; i < descriptors.Count; i++)
        {
            Throw(Native.SpawnActionsDup2(actions, high + i, i), "posix_spawn_file_actions_adddup2", path);
        }

        Throw(Native.SpawnActionsCloseFrom(actions, descriptors.Count), "posix_spawn_file_actions_addclosefrom_np", path);
    }

    private static void Throw(int error, string call, string path)
    {
        if (error != 0)
        {
            throw new LinuxException(call, error, path);
        }
    }
}
