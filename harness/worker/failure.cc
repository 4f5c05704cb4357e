#include "worker/failure.h"

#include <assay/common/error.h>

#include <c10/util/Exception.h>
#include <cxxabi.h>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <new>
#include <system_error>
#include <typeinfo>

namespace assay {

namespace {

std::string type_text(const std::type_info* type) {
  if (type == nullptr) return "an unknown type";
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(
      abi::__cxa_demangle(type->name(), nullptr, nullptr, &status), &std::free);
  return status == 0 ? text.get() : type->name();
}

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

bool is_full_disk(const std::string& message) {
  return contains(message, "No space left on device") || contains(message, "Disk quota exceeded");
}

Failure out_of_memory(const std::string& detail, std::uint64_t memory_bytes) {
  std::string message = "out of memory";
  if (memory_bytes > 0) {
    message += ": the job may use " + std::to_string(memory_bytes >> 20) + " MiB";
  }
  return {"memory", message + (detail.empty() ? "" : " (" + detail + ")")};
}

// LibTorch's allocator throws its general error; only the text tells.
Failure from_torch(const c10::Error& error, std::uint64_t memory_bytes) {
  const std::string message = error.what_without_backtrace();
  if (contains(message, "can't allocate memory") || contains(message, "out of memory")) {
    return out_of_memory(message, memory_bytes);
  }
  return {is_full_disk(message) ? "disk" : "exception", message};
}

Failure from_standard(const std::exception& error) {
  const std::string message = error.what();
  const std::string kind = is_full_disk(message) ? "disk" : "exception";
  // The text of many a standard exception says little ("map::at"), its type a bit more.
  const bool plain = dynamic_cast<const Error*>(&error) != nullptr ||
                     typeid(error) == typeid(std::runtime_error);
  if (plain && !message.empty()) return {kind, message};
  return {kind, type_text(&typeid(error)) + (message.empty() ? "" : ": " + message)};
}

}  // namespace

Failure current_failure(std::uint64_t memory_bytes) {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return out_of_memory("", memory_bytes);
  } catch (const c10::Error& error) {
    return from_torch(error, memory_bytes);
  } catch (const std::system_error& error) {
    if (error.code() == std::errc::not_enough_memory) return out_of_memory(error.what(), memory_bytes);
    Failure failure = from_standard(error);
    if (error.code().value() == ENOSPC || error.code().value() == EDQUOT) failure.kind = "disk";
    return failure;
  } catch (const std::exception& error) {
    return from_standard(error);
  } catch (const char* text) {
    return {"exception", std::string("threw the text: ") + text};
  } catch (const std::string& text) {
    return {"exception", "threw the text: " + text};
  } catch (...) {
    return {"exception", "threw something that is no exception, of type " +
                             type_text(abi::__cxa_current_exception_type())};
  }
}

}  // namespace assay
