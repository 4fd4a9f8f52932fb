using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ServerlessGateway.ServiceBusEmulator.Journal;

/// <summary>
/// Puts the names of a folder on the disk. Syncing a file makes its content last, not its name: without this a loss of
/// power could bring back a folder in which a new journal, or the snapshot that replaced an old one, was never made.
/// Windows keeps names by itself.
/// </summary>
internal static partial class DirectorySync
{
    private const int ReadOnly = 0;

    /// <summary>What file systems answer whose folders cannot be synced.</summary>
    private const int InvalidArgument = 22;

    internal static void Flush(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var handle = new SafeFileHandle(Open(directory, ReadOnly), ownsHandle: true);
        if (handle.IsInvalid)
        {
            throw Failure("opened", directory, Marshal.GetLastPInvokeError());
        }

        if (Sync(handle) != 0 && Marshal.GetLastPInvokeError() is not InvalidArgument and var error)
        {
            throw Failure("synced", directory, error);
        }
    }

    private static IOException Failure(string what, string directory, int error) =>
        new($"The folder '{directory}' cannot be {what}: {Marshal.GetPInvokeErrorMessage(error)}.");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Sync(SafeFileHandle file);
}
