// HaidangService
